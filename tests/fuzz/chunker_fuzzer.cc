// The chunker, on any text with headings and pages anywhere in it: the first bytes place them, the rest is the text.
#include <algorithm>

#include "core/paths.h"
#include "fuzz/fuzzing.h"
#include "library/chunker.h"
#include "library/fake_embedder.h"

namespace {

using namespace lectern;

constexpr std::size_t kMostMarks = 8;

// Marks at rising offsets that are characters' beginnings, as the worker's records must have them.
library::Document document_from(const std::uint8_t* data, std::size_t size) {
  library::Document document;
  const std::size_t marks = std::min<std::size_t>(data[0] % (kMostMarks + 1), (size - 1) / 2);
  const std::uint8_t* mark = data + 1;
  const auto* begin = mark + 2 * marks;
  document.text = to_valid_utf8(fuzz::text(begin, size - 1 - 2 * marks));
  std::replace_if(
      document.text.begin(), document.text.end(),
      [](char c) { return c == 0x7f || (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'); }, ' ');
  const auto text_size = static_cast<std::int64_t>(document.text.size());
  const auto at_character = [&](std::int64_t at) {
    at = std::min(at, text_size);
    while (at < text_size && (document.text[static_cast<std::size_t>(at)] & 0xc0) == 0x80) ++at;
    return at;
  };
  std::int64_t at = 0;
  for (std::size_t i = 0; i < marks; ++i, mark += 2) {
    const std::int64_t from = at_character(at + mark[0] % 64),
                       to = at_character(from + 1 + mark[0] / 64 + mark[1] % 32);
    if (to > from) {
      if (mark[1] & 0x80) document.headings.push_back({1 + mark[1] % 9, {from, to}});
      document.pages.push_back({static_cast<int>(i) + 1, {from, to}, ""});
    }
    at = to;
  }
  return document;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \n\t") == std::string_view::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const library::Document document = document_from(data + 1, size - 1);
  const test::PieceTokenizer tokenizer;
  const int most = 16 + data[0] % 64;
  fuzz::expect_result_or_error([&] {
    for (const library::Chunk& chunk : library::Chunker(tokenizer, most).chunk(document)) {
      fuzz::require(!chunk.parts.empty(), "a chunk has parts to embed");
      for (const auto& part : chunk.parts) {
        fuzz::require(static_cast<int>(part.size()) <= most, "a part has the tokens that it may have");
      }
      fuzz::require(0 <= chunk.span.begin && chunk.span.begin < chunk.span.end &&
                        chunk.span.end <= static_cast<std::int64_t>(document.text.size()),
                    "a chunk is inside the text");
      const auto text = std::string_view(document.text)
                            .substr(static_cast<std::size_t>(chunk.span.begin),
                                    static_cast<std::size_t>(chunk.span.end - chunk.span.begin));
      fuzz::require(to_valid_utf8(text) == text, "a chunk is whole characters");
      fuzz::require(!is_blank(text), "a chunk is not blank");
    }
  });
  return 0;
}
