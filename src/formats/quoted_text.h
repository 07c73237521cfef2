// Names from files, for messages.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/paths.h"

namespace lectern::formats {

/// Quoted and escaped as a path is, cut after 256 bytes.
inline std::string quoted_text(std::string_view text) { return quoted(std::filesystem::path(text.substr(0, 256))); }

}  // namespace lectern::formats
