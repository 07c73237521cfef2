// The formats of strings that JSON Schema names.
#pragma once

#include <optional>
#include <string_view>

namespace lectern::grammar {

/// A pattern whose texts are all of that format (not each text of it fits the pattern); nothing where the name says
/// nothing of a string's form, as most do not: such a name is a note to people.
std::optional<std::string_view> pattern_of_format(std::string_view name);

}  // namespace lectern::grammar
