// What the worker process says about a document.
#include "core/paths.h"
#include "fuzz/fuzzing.h"
#include "library/extract/records.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  fuzz::expect_result_or_error([&] {
    const auto records = library::read_records(std::as_bytes(std::span(data, size)));
    const library::Document& document = records.document;
    fuzz::require(to_valid_utf8(document.text) == document.text, "the text is UTF-8");
    const auto inside = [&](const Span& span) {
      return 0 <= span.begin && span.begin <= span.end && span.end <= static_cast<std::int64_t>(document.text.size());
    };
    for (const auto& heading : document.headings) fuzz::require(inside(heading.span), "a heading is inside the text");
    for (const auto& time : document.times) {
      fuzz::require(inside({time.span_begin, time.span_begin}) && time.milliseconds >= 0, "a time is inside the text");
    }
    for (const auto& page : document.pages) fuzz::require(inside(page.span), "a page is inside the text");
  });
  return 0;
}
