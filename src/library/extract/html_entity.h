#pragma once

#include <string>
#include <string_view>

namespace lectern::library {

/// "&eacute;" or "&#233;" to "é"; itself where HTML knows no such character.
std::string decode_entity(std::string_view entity);

}  // namespace lectern::library
