#include "runtime/logprobs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace lectern::runtime {
namespace {

TEST(Logprobs, AreOfTheSoftmax) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal(0, 5);
  std::vector<float> logits(400);
  for (auto& x : logits) x = normal(random);
  double sum = 0, all = 0;
  for (const float x : logits) sum += std::exp(static_cast<double>(x));
  for (TokenId token = 0; token < 400; ++token) {
    const auto found = logprobs(logits, token, 0);
    EXPECT_EQ(found.chosen.token, token);
    EXPECT_TRUE(found.top.empty());
    const auto logit = static_cast<double>(logits[static_cast<std::size_t>(token)]);
    EXPECT_NEAR(static_cast<double>(found.chosen.logprob), logit - std::log(sum), 1e-5);
    all += std::exp(static_cast<double>(found.chosen.logprob));
  }
  EXPECT_NEAR(all, 1, 1e-5);
}

TEST(Logprobs, LikeliestFirst) {
  const auto found = logprobs(std::vector<float>{0, 3, 1, 3, 2}, 0, 3);
  ASSERT_EQ(found.top.size(), 3u);
  EXPECT_EQ(found.top[0].token, 1) << "equal ones in order of their ids";
  EXPECT_EQ(found.top[1].token, 3);
  EXPECT_EQ(found.top[2].token, 4);
  EXPECT_FLOAT_EQ(found.top[0].logprob - found.top[2].logprob, 1);
  EXPECT_EQ(logprobs(std::vector<float>{0, 3}, 0, 20).top.size(), 2u);
}

TEST(Logprobs, Extremes) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> logits = {3e38f, -3e38f, -kInfinity};
  EXPECT_EQ(logprobs(logits, 0, 0).chosen.logprob, 0);
  EXPECT_EQ(logprobs(logits, 2, 0).chosen.logprob, -kInfinity);
}

}  // namespace
}  // namespace lectern::runtime
