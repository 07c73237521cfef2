#include "chat/sentence.h"

#include <gmock/gmock.h>

namespace lectern::chat {
namespace {

using testing::ElementsAre;

TEST(Sentences, SplitProse) {
  EXPECT_THAT(sentences("One is here. Two is there! Is three?  Yes."),
              ElementsAre("One is here.", "Two is there!", "Is three?", "Yes."));
}

TEST(Sentences, SplitChinese) {
  EXPECT_THAT(sentences("今天下雨。明天晴！后天呢？"), ElementsAre("今天下雨。", "明天晴！", "后天呢？"));
}

TEST(Sentences, KeepAbbreviationsAndInitials) {
  EXPECT_THAT(sentences("Dr. Smith wrote it. See Fig. 3 and J. Doe, e.g. Chapter 2. The end."),
              ElementsAre("Dr. Smith wrote it.", "See Fig. 3 and J. Doe, e.g. Chapter 2.", "The end."));
}

TEST(Sentences, KeepDecimals) { EXPECT_THAT(sentences("It is 3.5 V. Fine."), ElementsAre("It is 3.5 V. Fine.")); }

TEST(Sentences, JoinWrappedLinesAndSplitItems) {
  EXPECT_THAT(sentences("A line that\nwraps here.\n- first item\n- second item\n\nA heading\n\nText."),
              ElementsAre("A line that\nwraps here.", "- first item", "- second item", "A heading", "Text."));
}

TEST(Sentences, ArePartsOfTheText) {
  const std::string_view text = "  One.  Two.";
  for (const auto sentence : sentences(text)) {
    EXPECT_GE(sentence.data(), text.data());
    EXPECT_LE(sentence.data() + sentence.size(), text.data() + text.size());
  }
}

TEST(Sentences, TakeBrokenBytes) { EXPECT_EQ(sentences("a\xff\xfe. B\xc3").size(), 2u); }

TEST(FirstSentenceEnd, WaitsForWhatFollows) {
  EXPECT_EQ(first_sentence_end("It is 3."), std::nullopt);
  EXPECT_EQ(first_sentence_end("It ends. "), std::nullopt);
  EXPECT_EQ(first_sentence_end("It ends. 12"), std::nullopt);
  EXPECT_EQ(first_sentence_end("It ends. The"), 9u);
  EXPECT_EQ(first_sentence_end("It goes on etc. and on"), std::nullopt);
  EXPECT_EQ(first_sentence_end("A line\n"), 7u);
  EXPECT_EQ(first_sentence_end("1. Item"), std::nullopt);
}

}  // namespace
}  // namespace lectern::chat
