#include "chat/relevance.h"

#include <gtest/gtest.h>

#include "fake_library.h"

namespace lectern::chat {
namespace {

Passage similar(double similarity, const std::string& text) {
  auto passage = test::passage("a.txt", text);
  passage.similarity = similarity;
  return passage;
}

TEST(Relevance, SimilarMeaningIsEnough) {
  EXPECT_TRUE(is_relevant("How hot should the water be?", std::vector{similar(0.7, "Brew at 80 degrees.")}));
}

TEST(Relevance, SharedWordsAreEnoughWithSomeSimilarity) {
  EXPECT_TRUE(is_relevant("pressure of espresso", std::vector{similar(0.3, "Espresso needs a pressure of nine bar.")}));
  EXPECT_FALSE(is_relevant("pressure of espresso", std::vector{similar(0.3, "Brew at 80 degrees.")}));
}

TEST(Relevance, NothingFoundIsNotRelevant) {
  EXPECT_FALSE(is_relevant("Who won the match?", {}));
  EXPECT_FALSE(is_relevant("Who won the match?", std::vector{similar(0.05, "Brew at 80 degrees.")}));
}

TEST(Relevance, NamesHaveToOccur) {
  const std::vector<Passage> passages = {similar(0.7, "Memcheck finds errors of the heap. We trust AES keys.")};
  EXPECT_TRUE(knows_names("Which errors does Memcheck find?", passages));
  EXPECT_TRUE(knows_names("What is AES-256?", passages));
  EXPECT_FALSE(knows_names("Does Memcheck find errors of CUDA?", passages));
  EXPECT_FALSE(knows_names("Does it find errors of Rust?", passages)) << "not in \"trust\"";
  EXPECT_FALSE(knows_names("how fast is zstd?", passages));
  EXPECT_EQ(relevance("How fast is zstd?", passages, 0.75), Relevance::kNone);
}

TEST(Relevance, TheModelsJudgementCounts) {
  const std::vector<Passage> passages = {similar(0.3, "Brew at 80 degrees.")};
  EXPECT_EQ(relevance("How hot?", passages, 0.99), Relevance::kSure);
  EXPECT_EQ(relevance("How hot?", passages, 0.5), Relevance::kUnsure);
  EXPECT_EQ(relevance("How hot?", passages, 0.001), Relevance::kNone);
}

TEST(Relevance, WhatIsFarFromEveryPassageIsNotReadAtAll) {
  EXPECT_TRUE(are_unrelated(std::vector{similar(0.05, "Brew at 80 degrees."), similar(0.1, "Tea.")}));
  EXPECT_FALSE(are_unrelated(std::vector{similar(0.05, "Brew at 80 degrees."), similar(0.3, "Tea.")}));
  EXPECT_TRUE(are_unrelated({}));
}

}  // namespace
}  // namespace lectern::chat
