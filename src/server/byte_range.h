// Which part of a body a request asks for (RFC 9110, section 14).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lectern::server {

struct ByteRange {
  std::int64_t begin = 0, end = 0;  // [begin, end), within the body; empty where the body has no such part
};

/// Of a Range header. Nothing where the whole body is the answer: no range, more than one, malformed, or of another
/// unit.
std::optional<ByteRange> parse_range(std::string_view header, std::int64_t size);

}  // namespace lectern::server
