#include "runtime/drafter.h"

#include <gtest/gtest.h>

#include <climits>
#include <string>

namespace lectern::runtime {
namespace {

std::vector<TokenId> tokens(std::string_view text) {
  std::vector<TokenId> all;
  for (const char c : text) all.push_back(static_cast<unsigned char>(c));
  return all;
}

std::string draft(Drafter& drafter, std::string_view so_far, int most) {
  std::string text;
  for (const auto& guess : drafter.draft(tokens(so_far), most)) text += static_cast<char>(guess.token);
  return text;
}

TEST(Drafter, RepeatsWhatFollowed) {
  Drafter drafter(0, 0);
  EXPECT_EQ(draft(drafter, "the red house. A man saw the r", 5), "ed ho");
  EXPECT_EQ(draft(drafter, "the red house. A man saw the red", 9), " house. A");
}

TEST(Drafter, HasNothingWhereNothingRepeats) {
  Drafter drafter(0, 0);
  EXPECT_EQ(draft(drafter, "", 5), "");
  EXPECT_EQ(draft(drafter, "a", 5), "");
  EXPECT_EQ(draft(drafter, "abcdefg", 5), "");
  EXPECT_EQ(draft(drafter, "abcdefgxb", 5), "") << "one token is no match";
}

TEST(Drafter, TakesTheLongestMatch) {
  Drafter drafter(0, 0);
  EXPECT_EQ(draft(drafter, "1abcX 2bcY 3bcZ 4abc", 1), "X");
}

TEST(Drafter, TakesPassagesFirstThenTheLatest) {
  const std::string said = "1abX 2abY 3abZ 4ab";
  Drafter latest(0, 0), passages(5, 9);
  EXPECT_EQ(draft(latest, said, 1), "Z");
  EXPECT_EQ(draft(passages, said, 1), "Y");
  EXPECT_EQ(draft(passages, "1abX 2abY 3abZ 4ab 3ab", 1), "Z") << "a longer match before all";
}

TEST(Drafter, FollowsARepetitionBeyondItsEnd) {
  Drafter drafter(0, 0);
  EXPECT_EQ(draft(drafter, "xabcabc", 8), "abcabcab");
  EXPECT_EQ(draft(drafter, "xabcabcabcaaa", 4), "aaaa");
}

TEST(Drafter, TellsTheChanceThatAllSoFarIsRight) {
  Drafter drafter(0, 0);
  const auto guesses = drafter.draft(tokens("abcdefghij abc"), 4);
  ASSERT_EQ(guesses.size(), 4u);
  double all = 1;
  for (int i = 0; i < 4; ++i) {
    EXPECT_DOUBLE_EQ(guesses[static_cast<std::size_t>(i)].chance, all *= drafter.chance(3 + i));
  }
}

TEST(Drafter, LearnsHowOftenItIsRight) {
  Drafter drafter(0, 0);
  const auto before = [&](int length) { return Drafter(0, 0).chance(length); };
  ASSERT_EQ(draft(drafter, "abcdefghij abc", 6), "defghi");
  drafter.learn(0, 6);  // the first was wrong: of the others nothing is known
  EXPECT_LT(drafter.chance(3), before(3));
  EXPECT_EQ(drafter.chance(2), before(2));
  EXPECT_EQ(drafter.chance(4), before(4));
  for (int i = 0; i < 1000; ++i) drafter.learn(0, 6);
  EXPECT_LT(drafter.chance(3), 0.1);
  for (int i = 0; i < 100; ++i) drafter.learn(6, 6);
  EXPECT_GT(drafter.chance(3), 0.9) << "the past fades";
  EXPECT_LE(drafter.chance(3), 1);
  EXPECT_GT(drafter.chance(8), before(8));
  EXPECT_EQ(drafter.chance(2), before(2));
}

TEST(Drafter, LongerMatchesPromiseMore) {
  const Drafter drafter(0, 0);
  for (int length = 2; length < 100; ++length) EXPECT_GE(drafter.chance(length + 1), drafter.chance(length));
  EXPECT_LT(drafter.chance(INT_MAX), 1);
}

TEST(Drafter, TakesTokensAsTheyCome) {
  const std::string all = "one two three, one two three, two one three, one two";
  Drafter drafter(0, 14);
  for (std::size_t n = 0; n <= all.size(); ++n) {
    Drafter fresh(0, 14);
    EXPECT_EQ(draft(drafter, all.substr(0, n), 5), draft(fresh, all.substr(0, n), 5));
  }
}

TEST(Drafter, SearchesALongRepetitionForAShortTime) {
  std::vector<TokenId> same(200'000, 7);
  Drafter drafter(0, 0);
  for (int i = 0; i < 1000; ++i) {
    same.push_back(7);
    EXPECT_EQ(drafter.draft(same, 3).size(), 3u);
  }
}

}  // namespace
}  // namespace lectern::runtime
