#include "library/extract/records.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <random>
#include <string>

#include "library/word_boxes.h"
#include "support/expect_error.h"

namespace lectern::test {
namespace {

using library::Document;

std::vector<std::byte> written(const Document& document) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  library::write_document(ends[1], document);
  ::close(ends[1]);
  std::vector<std::byte> out(65536);
  out.resize(static_cast<std::size_t>(::read(ends[0], out.data(), out.size())));
  ::close(ends[0]);
  return out;
}

Document sample() {
  Document document;
  document.text = "Head\n\nGrüße aus Zürich";
  document.title = "Title";
  document.headings = {{1, {0, 4}}};
  const std::string boxes =
      library::encode_word_boxes({100, 200, {{{6, 13}, 10, 20, 30, 40}, {{14, 17}, 50, 20, 70, 40}}}, 6);
  document.pages = {{3, {6, 25}, boxes}};
  document.times = {{6, 1500}, {14, 83000}};
  return document;
}

TEST(Records, ComeBackAsTheyWere) {
  const auto out = library::read_records(written(sample()));
  EXPECT_EQ(out.failure, "");
  EXPECT_EQ(out.document.text, sample().text);
  EXPECT_EQ(out.document.title, "Title");
  ASSERT_EQ(out.document.headings.size(), 1u);
  EXPECT_EQ(out.document.headings[0].span.end, 4);
  ASSERT_EQ(out.document.pages.size(), 1u);
  EXPECT_EQ(out.document.pages[0].number, 3);
  EXPECT_EQ(out.document.pages[0].boxes, sample().pages[0].boxes);
  ASSERT_EQ(out.document.times.size(), 2u);
  EXPECT_EQ(out.document.times[1].span_begin, 14);
  EXPECT_EQ(out.document.times[1].milliseconds, 83000);
}

TEST(Records, WordBoxesComeBackToATenthOfAPoint) {
  const auto boxes = library::decode_word_boxes(sample().pages[0].boxes, {6, 25});
  ASSERT_EQ(boxes.words.size(), 2u);
  EXPECT_EQ(boxes.words[1].span.begin, 14);
  EXPECT_EQ(boxes.words[1].span.end, 17);
  EXPECT_NEAR(boxes.words[1].left, 50, 0.1);
  EXPECT_NEAR(boxes.words[1].bottom, 40, 0.1);
  support::expect_error(ErrorCode::kCorrupt, {"past the page"}, [] {
    library::decode_word_boxes(sample().pages[0].boxes, {6, 16});
  });
}

TEST(Records, EveryCutIsNoticed) {
  const auto bytes = written(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(library::read_records(std::span(bytes).first(size)), Error) << size;
  }
}

TEST(Records, DamageIsRefusedOrHarmless) {
  const auto whole = written(sample());
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    auto bytes = whole;
    for (int n = 0; n < 3; ++n) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    try {
      const auto out = library::read_records(bytes);
      const auto size = static_cast<std::int64_t>(out.document.text.size());
      for (const auto& page : out.document.pages) {
        ASSERT_TRUE(page.span.begin >= 0 && page.span.begin <= page.span.end && page.span.end <= size);
      }
      for (const auto& heading : out.document.headings) ASSERT_LE(heading.span.end, size);
      for (const auto& time : out.document.times) ASSERT_TRUE(time.span_begin <= size && time.milliseconds >= 0);
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
    }
  }
}

TEST(Records, LiesAreRefused) {
  const auto refused = [](const char* why, auto&& change) {
    Document document = sample();
    change(document);
    support::expect_error(ErrorCode::kCorrupt, {why}, [&] { library::read_records(written(document)); });
  };
  refused("outside the text", [](Document& d) { d.headings[0].span.end = 1000; });
  refused("cuts a character", [](Document& d) { d.headings[0].span.end = 9; });
  refused("no level", [](Document& d) { d.headings[0].level = 77; });
  refused("out of order", [](Document& d) { d.headings.push_back({1, {2, 3}}); });
  refused("pages out of order", [](Document& d) { d.pages.push_back({3, {25, 25}, ""}); });
  refused("out of order", [](Document& d) { d.times.push_back({14, 90000}); });
  refused("cuts a character", [](Document& d) { d.times[0].span_begin = 9; });
  refused("no recording has", [](Document& d) { d.times[1].milliseconds = -1; });
  refused("not UTF-8", [](Document& d) { d.title = "\xff"; });
  refused("control characters", [](Document& d) { d.title = std::string("\0", 1); });
}

}  // namespace
}  // namespace lectern::test
