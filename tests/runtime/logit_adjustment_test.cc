#include "runtime/logit_adjustment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lectern::runtime {
namespace {

using testing::ElementsAre;

TEST(LogitAdjustment, IsAskedForOrNot) {
  SamplingOptions options;
  EXPECT_FALSE(adjusts(options));
  options.presence_penalty = -0.5;
  EXPECT_TRUE(adjusts(options));
  options = {};
  options.frequency_penalty = 0.1;
  EXPECT_TRUE(adjusts(options));
  options = {};
  options.logit_bias = {{3, 0.0f}};
  EXPECT_TRUE(adjusts(options));
}

TEST(LogitAdjustment, PenaltiesCountTheAnswersTokens) {
  const std::vector<float> logits = {1, 2, 3, 4};
  SamplingOptions options;
  options.presence_penalty = 0.5;
  EXPECT_THAT(adjusted(logits, options, {}), ElementsAre(1, 2, 3, 4));
  const std::vector<TokenId> answer = {2, 0, 2, 2};
  EXPECT_THAT(adjusted(logits, options, answer), ElementsAre(0.5, 2, 2.5, 4));
  options.frequency_penalty = 0.25;
  EXPECT_THAT(adjusted(logits, options, answer), ElementsAre(0.25, 2, 1.75, 4));
  options.presence_penalty = 0;
  options.frequency_penalty = -1;
  EXPECT_THAT(adjusted(logits, options, answer), ElementsAre(2, 2, 6, 4));
}

TEST(LogitAdjustment, Biases) {
  SamplingOptions options;
  options.logit_bias = {{1, -100.0f}, {0, 0.5f}, {0, 1.0f}};
  EXPECT_THAT(adjusted(std::vector<float>{1, 2, 3}, options, {}), ElementsAre(2.5, -98, 3));
}

TEST(LogitAdjustment, TokensOutsideTheRowAreNoneOfIt) {
  SamplingOptions options;
  options.presence_penalty = 1;
  options.logit_bias = {{-1, 5.0f}, {2, 5.0f}};
  EXPECT_THAT(adjusted(std::vector<float>{1, 2}, options, std::vector<TokenId>{-5, 7}), ElementsAre(1, 2));
}

}  // namespace
}  // namespace lectern::runtime
