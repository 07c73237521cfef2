#include "runtime/drafter.h"

#include <gtest/gtest.h>

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

double chance(Drafter& drafter, std::string_view so_far) { return drafter.draft(tokens(so_far), 1).at(0).chance; }

Drafter plain() { return Drafter({}); }

// The passages stand between '(' and ')', the prompt at '|'.
std::string draft(std::string_view text, int most) {
  const auto at = [&](char c) { return static_cast<int>(text.find(c)); };
  Drafter drafter({at('(') + 1, at(')'), at('|')});
  return draft(drafter, text, most);
}

TEST(Drafter, RepeatsWhatFollowed) {
  auto drafter = plain();
  EXPECT_EQ(draft(drafter, "the red house. A man saw the r", 5), "ed ho");
  EXPECT_EQ(draft(drafter, "the red house. A man saw the red", 9), " house. A");
}

TEST(Drafter, HasNothingWhereNothingRepeats) {
  for (const auto* text : {"", "a", "ab", "abcdefg"}) {
    auto drafter = plain();
    EXPECT_EQ(draft(drafter, text, 5), "");
  }
}

TEST(Drafter, TakesTheLongestMatch) {
  auto drafter = plain();
  EXPECT_EQ(draft(drafter, "1abcX 2bcY 3bcZ 4abc", 1), "X");
}

TEST(Drafter, TakesTheQuestionThenTheFirstPassageThenTheLatest) {
  EXPECT_EQ(draft("1abU(2abV3abW)4abX5abY|6abZ7ab", 1), "Y");
  EXPECT_EQ(draft("1abU(2abV3abW)4cd|6abZ7ab", 1), "V");
  EXPECT_EQ(draft("1abU(2cdV3cdW)4cd|6abZ7ab", 1), "Z");
  EXPECT_EQ(draft("1abU()4abX|6abZ7ab", 1), "Z") << "without passages there is no question after them";
  EXPECT_EQ(draft("1abU(2abV3abW)4abX5abY|6abZ6ab", 1), "Z") << "a longer match comes before all";
}

TEST(Drafter, FollowsARepetitionBeyondItsEnd) {
  auto drafter = plain(), other = plain();
  EXPECT_EQ(draft(drafter, "xabcabc", 8), "abcabcab");
  EXPECT_EQ(draft(other, "xabcabcabcaaa", 4), "aaaa");
}

TEST(Drafter, TellsTheChanceThatAllSoFarIsRight) {
  auto drafter = plain();
  const auto guesses = drafter.draft(tokens("abcdefghijklmnopqrstuvwxyz abc"), 20);
  ASSERT_EQ(guesses.size(), 20u);
  double all = 1, last = 0;
  for (const auto& guess : guesses) {
    EXPECT_LT(guess.chance, all);
    EXPECT_GE(guess.chance / all, last - 1e-9) << "the longer the match, the surer";
    last = guess.chance / all;
    all = guess.chance;
  }
}

TEST(Drafter, IsSurerWherePlacesAgree) {
  auto one = plain(), two = plain(), split = plain(), word = plain();
  const double sole = chance(one, "1abX2ab"), same = chance(two, "1abX2abX3ab");
  const double other = chance(split, "1abX2abY3ab"), least = chance(word, "1bX2bY3b");
  EXPECT_GT(same, sole);
  EXPECT_GT(sole, other);
  EXPECT_GT(other, least);
}

TEST(Drafter, IsSurerOfPassagesThanOfWhatElseWasSaid) {
  Drafter passages({0, 4, 9});
  auto elsewhere = plain();
  EXPECT_GT(chance(passages, "abcX 1234abc"), chance(elsewhere, "abcX 1234abc"));
}

TEST(Drafter, LearnsHowOftenItIsRight) {
  const std::string text = "abcdefghijklm abc";  // three tokens, then four and more
  auto drafter = plain();
  const auto before = drafter.draft(tokens(text), 6);
  drafter.learn(0, 6);  // the first was wrong: of the others nothing is known
  auto after = drafter.draft(tokens(text), 6);
  EXPECT_LT(after[0].chance, before[0].chance);
  EXPECT_DOUBLE_EQ(after[1].chance / after[0].chance, before[1].chance / before[0].chance);
  for (int i = 0; i < 1000; ++i) drafter.learn(0, 6);
  EXPECT_LT(drafter.draft(tokens(text), 1)[0].chance, 0.1);
  for (int i = 0; i < 100; ++i) drafter.learn(6, 6);
  after = drafter.draft(tokens(text), 6);
  EXPECT_GT(after[0].chance, 0.8) << "the past fades";
  EXPECT_LT(after[0].chance, 1);
  EXPECT_GT(after[1].chance / after[0].chance, before[1].chance / before[0].chance);
}

TEST(Drafter, TakesTokensAsTheyCome) {
  const std::string all = "one two three, one two three, two one three, one two";
  Drafter drafter({0, 14, 20});
  for (std::size_t n = 0; n <= all.size(); ++n) {
    Drafter fresh({0, 14, 20});
    EXPECT_EQ(draft(drafter, all.substr(0, n), 5), draft(fresh, all.substr(0, n), 5));
  }
}

TEST(Drafter, SearchesALongRepetitionForAShortTime) {
  std::vector<TokenId> same(50'000, 7);
  auto drafter = plain();
  for (int i = 0; i < 200; ++i) {
    same.push_back(7);
    EXPECT_EQ(drafter.draft(same, 3).size(), 3u);
  }
}

TEST(Drafter, AnyRangeOfPassagesWillDo) {
  for (const auto& range : {Drafter::Passages{-5, 3, 1}, {3, -1, 100}, {50, 60, 5}, {0, 1000000, 4}}) {
    Drafter drafter(range);
    EXPECT_EQ(draft(drafter, "abcX abc", 1), "X");
  }
}

}  // namespace
}  // namespace lectern::runtime
