#include "runtime/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

namespace lectern::runtime {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

SamplingOptions options(double temperature, int top_k = 0, double top_p = 1, std::uint64_t seed = 1) {
  return {.temperature = temperature, .top_k = top_k, .top_p = top_p, .seed = seed, .stop = {}};
}

// Shares of the tokens over many positions.
std::map<TokenId, double> shares(const std::vector<float>& logits, const SamplingOptions& sampling, int draws = 40000) {
  std::map<TokenId, double> count;
  for (int position = 0; position < draws; ++position) count[*sample(logits, sampling, position)] += 1.0 / draws;
  return count;
}

TEST(Sampler, GreedyTakesTheFirstLargest) {
  EXPECT_EQ(sample(std::vector<float>{-3, 2, 1, 2}, options(0), 5), 1);
  EXPECT_EQ(sample(std::vector<float>{-3, -2, -1e-40f, -1}, options(0), 5), 2);
  EXPECT_EQ(sample(std::vector<float>{-0.0f, 0.0f}, options(0), 5), 0);
  EXPECT_EQ(sample(std::vector<float>{-kInfinity, -5}, options(0), 5), 1);
  EXPECT_EQ(sample(std::vector<float>{1, 4, 4}, options(2, 1), 5), 1);
}

TEST(Sampler, GreedyAgreesWithAPlainSearch) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 200; ++round) {
    std::vector<float> logits(1 + random() % 300);
    for (auto& x : logits) x = std::round(normal(random) * 8) / 4;
    EXPECT_EQ(sample(logits, options(0), 0), std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
}

TEST(Sampler, RefusesWhatIsNoDistribution) {
  for (const double temperature : {0.0, 1.0}) {
    EXPECT_FALSE(sample(std::vector<float>{1, kNan, 2}, options(temperature), 0));
    EXPECT_FALSE(sample(std::vector<float>{1, -kNan, 2}, options(temperature), 0));
    EXPECT_FALSE(sample(std::vector<float>{1, kInfinity, 2}, options(temperature), 0));
    EXPECT_FALSE(sample(std::vector<float>{-kInfinity, -kInfinity}, options(temperature), 0));
    EXPECT_FALSE(sample(std::vector<float>{}, options(temperature), 0));
  }
}

TEST(Sampler, DrawsBySoftmaxOfTheTemperature) {
  const std::vector<float> logits = {1, 3, 2, -kInfinity};
  for (const double temperature : {0.5, 1.0, 2.0}) {
    double sum = 0;
    for (const float x : logits) sum += std::exp(x / temperature);
    auto got = shares(logits, options(temperature));
    for (TokenId token = 0; token < 3; ++token) {
      EXPECT_NEAR(got[token], std::exp(logits[static_cast<std::size_t>(token)] / temperature) / sum, 0.01);
    }
    EXPECT_EQ(got.count(3), 0u);
  }
}

TEST(Sampler, TopKKeepsTheBestAndTheFirstOfEquals) {
  const auto got = shares({2, 1, 2, 2, 0}, options(1, 2));
  ASSERT_EQ(got.size(), 2u);
  EXPECT_NEAR(got.at(0), 0.5, 0.01);
  EXPECT_NEAR(got.at(2), 0.5, 0.01);
}

TEST(Sampler, TopPKeepsTheFewestThatReachIt) {
  const std::vector<float> logits = {std::log(0.1f), std::log(0.5f), std::log(0.15f), std::log(0.25f)};
  EXPECT_EQ(shares(logits, options(1, 0, 0.4)).size(), 1u);
  const auto got = shares(logits, options(1, 0, 0.74));
  ASSERT_EQ(got.size(), 2u);
  EXPECT_NEAR(got.at(1), 2.0 / 3, 0.01);
  EXPECT_EQ(shares(logits, options(1, 0, 0.85)).size(), 3u);
  EXPECT_EQ(shares(logits, options(1, 0, 1)).size(), 4u);
  EXPECT_EQ(shares(logits, options(1, 3, 0.8)).size(), 2u);  // of what top-k left
}

TEST(Sampler, TopPFindsItsEndFarDownALongList) {
  std::vector<float> logits(5000, 0.0f);
  const auto got = shares(logits, options(1, 0, 0.5), 1000);  // all equal: the first half
  EXPECT_GT(got.rbegin()->first, 2400);
  EXPECT_LT(got.rbegin()->first, 2500);
}

TEST(Sampler, DependsOnSeedAndPositionAlone) {
  std::vector<float> logits(1000);
  std::mt19937 random(5);
  for (auto& x : logits) x = static_cast<float>(random() % 1000) / 300;
  const auto sequence = [&](std::uint64_t seed) {
    std::vector<TokenId> tokens;
    for (int position = 0; position < 50; ++position)
      tokens.push_back(*sample(logits, options(1, 0, 0.9, seed), position));
    return tokens;
  };
  EXPECT_EQ(sequence(1), sequence(1));
  EXPECT_NE(sequence(1), sequence(2));
  EXPECT_EQ(*sample(logits, options(1, 0, 0.9, 1), 31), sequence(1)[31]);
}

}  // namespace
}  // namespace lectern::runtime
