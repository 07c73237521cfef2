#include "server/byte_range.h"

#include <algorithm>
#include <charconv>

#include "core/letters.h"

namespace lectern::server {
namespace {

// Digits alone; a number that is too large is larger than any body.
std::optional<std::int64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto [at, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() ? value : INT64_MAX;
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view header, std::int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  const auto range = trimmed(header.substr(kUnit.size()));
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = number(range.substr(0, dash)), last = number(range.substr(dash + 1));
  if (dash == 0) {  // the last bytes
    if (!last) return std::nullopt;
    return ByteRange{size - std::min(size, *last), size};
  }
  const bool open = dash + 1 == range.size();
  if (!first || (!open && (!last || *last < *first))) return std::nullopt;
  if (*first >= size) return ByteRange{size, size};
  return ByteRange{*first, open ? size : std::min(size - 1, *last) + 1};
}

}  // namespace lectern::server
