#include "hub/response_head.h"

#include <algorithm>
#include <charconv>

#include "core/letters.h"

namespace lectern::hub {
namespace {

constexpr std::size_t kMostText = 8192;  // of a header's value: an address that is signed takes about 2,000

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// All of `text`, without a sign.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// "bytes 5-9/10", "bytes 5-9/*"
std::optional<ContentRange> content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  if (!text.starts_with(kUnit)) return {};
  text.remove_prefix(kUnit.size());
  const auto dash = text.find('-'), slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) return {};
  const auto first = number(text.substr(0, dash)), last = number(text.substr(dash + 1, slash - dash - 1));
  const auto total = number(text.substr(slash + 1));
  if (!first || !last || *last < *first) return {};
  if (total ? *last >= *total : text.substr(slash + 1) != "*") return {};
  return ContentRange{*first, *last, total};
}

bool is_quoted(std::string_view text) {
  return text.size() >= 3 && text.front() == '"' && text.back() == '"' &&
         std::all_of(text.begin() + 1, text.end() - 1, [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
}

// A SHA-256; of small files the hub tells a SHA-1 of git's instead.
std::string sha256_in(std::string_view etag) {
  if (!is_quoted(etag)) return {};
  const auto digits = etag.substr(1, etag.size() - 2);
  const bool fits = digits.size() == 64 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return fits ? std::string(digits) : "";
}

// "HTTP/1.1 200 OK", "HTTP/2 200"
int status_in(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;
  const auto status = number(line.substr(blank + 1, 3));
  return status && *status >= 100 && *status <= 999 ? static_cast<int>(*status) : 0;
}

}  // namespace

void read_head_line(std::string_view line, ResponseHead& head) {
  if (line.starts_with("HTTP/")) {
    head = {};
    head.status = status_in(line);
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const auto field = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
  if (value.size() > kMostText) return;
  const auto is = [&](std::string_view name) { return same_name(field, name); };
  if (is("etag")) head.etag = is_quoted(value) ? std::string(value) : "";
  if (is("location")) head.location = std::string(value);
  if (is("content-length")) head.content_length = number(value);
  if (is("content-range")) head.content_range = content_range(value);
  if (is("retry-after")) head.retry_after = number(value);
  if (is("x-linked-etag")) head.linked_sha256 = sha256_in(value);
  if (is("x-linked-size")) head.linked_size = number(value);
}

}  // namespace lectern::hub
