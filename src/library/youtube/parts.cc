#include "library/youtube/parts.h"

#include <charconv>

namespace lectern::library {

std::string join_parts(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out.append(std::to_string(part.size())).append("\n").append(part);
  return out;
}

std::optional<std::vector<std::string_view>> split_parts(std::string_view bytes, std::size_t count) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
    if (error != std::errc() || end == bytes.data() + bytes.size() || *end != '\n') return std::nullopt;
    bytes.remove_prefix(static_cast<std::size_t>(end - bytes.data()) + 1);
    if (size > bytes.size()) return std::nullopt;
    out.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return bytes.empty() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace lectern::library
