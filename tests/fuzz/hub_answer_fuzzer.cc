// The head of a hub's answer, and where it redirects to.
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/fuzzing.h"
#include "hub/hub_address.h"
#include "hub/response_head.h"
#include "lectern/error.h"

using namespace lectern;

namespace {

void follow(const std::string& location) {
  for (const std::string from : {"https://hub.example/a", "http://127.0.0.1:1/a"}) {
    try {
      const auto to = hub::redirected(from, location);
      const bool safe = to.starts_with("https://") || (from.starts_with("http:") && to.starts_with("http://"));
      fuzz::require(safe && hub::same_origin(to, to), "it leads to a safe place");
    } catch (const Error&) {
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text(data, size);
  hub::ResponseHead head;
  while (!text.empty()) {
    const auto end = text.find('\n');
    hub::read_head_line(text.substr(0, end == std::string_view::npos ? end : end + 1), head);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  const auto& range = head.content_range;
  if (range) {
    fuzz::require(range->first >= 0 && range->first <= range->last, "a part begins before it ends");
    fuzz::require(range->total.value_or(range->last + 1) > range->last, "it ends within the whole");
  }
  fuzz::require(head.content_length.value_or(0) >= 0 && head.retry_after.value_or(0) >= 0, "nothing is less than none");
  follow(head.location);
  return 0;
}
