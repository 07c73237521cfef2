// What yt-dlp says about a video, and its captions.
#include "core/paths.h"
#include "fuzz/fuzzing.h"
#include "library/extract/failure.h"
#include "library/extract/readers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  const auto bytes = fuzz::text(data, size);
  for (const auto read : {library::read_youtube, library::read_youtube_captions}) {
    try {
      const library::Document document = read(bytes);
      fuzz::require(to_valid_utf8(document.text) == document.text, "the text is UTF-8");
      std::int64_t last = -1;
      for (const auto& time : document.times) {
        fuzz::require(last < time.span_begin && time.span_begin < std::ssize(document.text),
                      "a time has its own place");
        fuzz::require(time.milliseconds >= 0, "no time is negative");
        last = time.span_begin;
      }
    } catch (const library::ExtractFailure&) {
    }
  }
  return 0;
}
