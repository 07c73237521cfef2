// What is handed to the worker about a video: several texts in one stream.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::library {

/// Each is its length in decimal digits, a line feed, and its bytes.
std::string join_parts(std::initializer_list<std::string_view> parts);
/// Nothing where `bytes` are not `count` parts.
std::optional<std::vector<std::string_view>> split_parts(std::string_view bytes, std::size_t count);

}  // namespace lectern::library
