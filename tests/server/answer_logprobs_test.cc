#include "server/answer_logprobs.h"

#include <gtest/gtest.h>

#include <string>

#include "small_tokenizers.h"

namespace lectern::server {
namespace {

constexpr TokenId kBlankA = 263, kA = 260;  // of small_sentence_pieces

TokenLogprobs of(TokenId token, bool begins_text = false) {
  TokenLogprobs logprobs;
  logprobs.chosen.token = token;
  logprobs.begins_text = begins_text;
  return logprobs;
}

std::size_t told_of(bool begins_text, std::size_t text_bytes) {
  const auto tokenizer = text::make_tokenizer(text::small_sentence_pieces());
  AnswerLogprobs logprobs(*tokenizer);
  logprobs.add(of(kBlankA, begins_text));
  logprobs.add(of(kA));
  return logprobs.next(text_bytes).size();
}

// A stop string cuts "a" or " a" off after its first character.
TEST(AnswerLogprobs, TheFirstTokensBlankCountsWhereTheTextGoesOn) {
  EXPECT_EQ(told_of(true, 0), 0U);
  EXPECT_EQ(told_of(true, 1), 1U);
  EXPECT_EQ(told_of(true, 2), 2U);
  EXPECT_EQ(told_of(false, 2), 1U) << "the blank and the first a";
  EXPECT_EQ(told_of(false, 3), 2U);
}

TEST(AnswerLogprobs, AreToldOnce) {
  const auto tokenizer = text::make_tokenizer(text::small_sentence_pieces());
  AnswerLogprobs logprobs(*tokenizer);
  for (int i = 0; i < 3; ++i) logprobs.add(of(kA));
  EXPECT_EQ(logprobs.next(1).size(), 1U);
  EXPECT_TRUE(logprobs.next(1).empty());
  EXPECT_EQ(logprobs.next(3).size(), 2U);
}

}  // namespace
}  // namespace lectern::server
