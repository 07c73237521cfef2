#include "chat/marker.h"

#include <gmock/gmock.h>

namespace lectern::chat {
namespace {

// Markers as {1,2}, all else as it is.
std::string read(std::string_view text) {
  std::string out;
  MarkerReader reader({[&](std::string_view piece) { out += piece; },
                       [&](const std::vector<int>& numbers) {
                         out += "{";
                         for (const int n : numbers) out += std::to_string(n) + ",";
                         out += "}";
                       }});
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (i + length < text.size() && (static_cast<unsigned char>(text[i + length]) & 0xc0u) == 0x80u) ++length;
    reader.add(text.substr(i, length));
    i += length;
  }
  reader.finish();
  return out;
}

TEST(Marker, FormsThatModelsWrite) {
  EXPECT_EQ(read("a [1]."), "a {1,}.");
  EXPECT_EQ(read("a [1, 3]"), "a {1,3,}");
  EXPECT_EQ(read("a [1-3]"), "a {1,2,3,}");
  EXPECT_EQ(read("a [1–3]"), "a {1,2,3,}");
  EXPECT_EQ(read("a [Passage 2]"), "a {2,}");
  EXPECT_EQ(read("a [sources 1; 2]"), "a {1,2,}");
  EXPECT_EQ(read("茶【2】。"), "茶{2,}。");
  EXPECT_EQ(read("[1][2]"), "{1,}{2,}");
  EXPECT_EQ(read("a [?]."), "a {}.");
}

TEST(Marker, OtherBracketsAreText) {
  for (const std::string text : {"a[i] = b", "[x](http://y)", "[]", "[[ x", "[see below]", "a ] b", "[1 apple]",
                                 "[passenger]", "[? x]", "[x?]"}) {
    EXPECT_EQ(read(text), text);
  }
}

TEST(Marker, BracketInsideBracket) { EXPECT_EQ(read("[[1]]"), "[{1,}]"); }

TEST(Marker, UnfinishedOnesAreDropped) {
  EXPECT_EQ(read("so [1"), "so ");
  EXPECT_EQ(read("so ["), "so ");
  EXPECT_EQ(read("so [see"), "so [see");
}

TEST(Marker, HugeNumbersDoNoHarm) {
  EXPECT_EQ(read("[99999999999999999999]"), "{0,}");
  EXPECT_EQ(read("[1-9999]"), "{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,}");
}

TEST(Marker, Without) { EXPECT_EQ(without_markers("Tea is hot [1][2]. It cools [?]."), "Tea is hot. It cools."); }

TEST(Marker, RoundBrackets) {
  EXPECT_EQ(with_round_brackets("as in [12] and [3, 4], not a[i] or []"), "as in (12) and (3, 4), not a[i] or []");
  EXPECT_EQ(with_round_brackets("[1"), "[1");
}

}  // namespace
}  // namespace lectern::chat
