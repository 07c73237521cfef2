// What a hub's answer says of itself before its body: hostile bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lectern::hub {

struct ContentRange {
  std::int64_t first = 0, last = 0;  // bytes, both included
  std::optional<std::int64_t> total;
};

/// Headers that are malformed are as good as none.
struct ResponseHead {
  int status = 0;
  std::string etag;      // with its quotes; empty where there is none, or a weak one, which promises no equal bytes
  std::string location;  // of a redirect
  std::optional<std::int64_t> content_length;
  std::optional<ContentRange> content_range;
  std::optional<std::int64_t> retry_after;  // seconds
  // Of the file that a redirect leads to, as Hugging Face tells: X-Linked-ETag and X-Linked-Size.
  std::string linked_sha256;
  std::optional<std::int64_t> linked_size;
};

/// Takes one line of a head, its line break included. A status line begins a new head.
void read_head_line(std::string_view line, ResponseHead& head);

}  // namespace lectern::hub
