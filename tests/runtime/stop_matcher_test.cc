#include "runtime/stop_matcher.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/byte_tokenizer.h"
#include "runtime/text_stream.h"

namespace lectern::runtime {
namespace {

TEST(StopMatcher, ShowsTextAtOnceWithoutStops) {
  StopMatcher matcher({});
  EXPECT_EQ(matcher.push("abc"), "abc");
  EXPECT_EQ(matcher.finish(), "");
}

TEST(StopMatcher, HoldsBackWhatMayBecomeAStop) {
  StopMatcher matcher({"END"});
  EXPECT_EQ(matcher.push("one E"), "one ");
  EXPECT_EQ(matcher.push("N"), "");
  EXPECT_EQ(matcher.push("d"), "ENd");
  EXPECT_EQ(matcher.push("EEN"), "E");
  EXPECT_EQ(matcher.push("D and more"), "");
  EXPECT_TRUE(matcher.stopped());
  EXPECT_EQ(matcher.push("more"), "");
  EXPECT_EQ(matcher.finish(), "");
}

TEST(StopMatcher, GivesBackWhatWasHeldWhenTheTextEnds) {
  StopMatcher matcher({"\n\n", "\n###"});
  EXPECT_EQ(matcher.push("a\n"), "a");
  EXPECT_EQ(matcher.push("##"), "");
  EXPECT_EQ(matcher.finish(), "\n##");
  EXPECT_FALSE(matcher.stopped());
}

TEST(StopMatcher, TakesTheEarliestStop) {
  StopMatcher matcher({"late", "a"});
  EXPECT_EQ(matcher.push("x late"), "x ");
  EXPECT_TRUE(matcher.stopped());
}

// Whatever the pieces: the text before the first stop, and no piece of it later than it could be known.
TEST(StopMatcher, AgreesWithASearchOfTheWholeText) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::vector<std::string> stops = {"ab", "bca", "aab"};
    std::string text, shown;
    StopMatcher matcher(stops);
    while (text.size() < 12 && !matcher.stopped()) {
      const std::string piece(1, static_cast<char>('a' + random() % 4));
      text += piece;
      shown += matcher.push(piece);
      ASSERT_TRUE(text.starts_with(shown));
      ASSERT_LE(text.size() - shown.size(), 3u);
    }
    const bool stopped = matcher.stopped();
    shown += matcher.finish();
    std::size_t first = std::string::npos;
    for (const auto& stop : stops) first = std::min(first, text.find(stop));
    EXPECT_EQ(stopped, first != std::string::npos);
    EXPECT_EQ(shown, text.substr(0, first)) << text;
  }
}

TEST(TextStream, ShowsWholeCharactersAlone) {
  const ByteTokenizer tokenizer;
  TextStream stream(tokenizer, {}, false);
  EXPECT_EQ(stream.push(0xc3), "");
  EXPECT_EQ(stream.push(0xa9), "é");
  EXPECT_EQ(stream.push(0xe2), "");
  EXPECT_EQ(stream.push(999), "");  // an id that the tokenizer does not have
  EXPECT_EQ(stream.finish(), "\uFFFD");
}

}  // namespace
}  // namespace lectern::runtime
