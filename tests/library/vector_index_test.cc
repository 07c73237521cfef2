#include "library/vector_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/half.h"

namespace lectern::test {
namespace {

std::vector<std::uint16_t> halves(const std::vector<float>& values) {
  std::vector<std::uint16_t> out;
  for (const float value : values) out.push_back(float_to_f16(value));
  return out;
}

std::vector<float> unit(std::mt19937& random, std::size_t size) {
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> out(size);
  float squares = 0;
  for (float& value : out) {
    value = normal(random);
    squares += value * value;
  }
  for (float& value : out) value /= std::sqrt(squares);
  return out;
}

// Enough vectors that several threads share them.
TEST(VectorIndex, FindsWhatAPlainScanFinds) {
  constexpr std::size_t kSize = 37;  // not a multiple of any vector
  constexpr std::size_t kIds = 30'000, kNearest = 50;
  std::mt19937 random(3);
  const auto index = library::make_flat_index(kSize);
  const auto query = unit(random, kSize);
  std::vector<std::pair<double, std::int64_t>> expected;
  for (std::size_t i = 0; i < kIds; ++i) {
    std::vector<float> vectors;
    double best = -2;
    for (std::size_t part = 0; part < 1 + i % 3; ++part) {
      const auto vector = unit(random, kSize);
      double sum = 0;
      for (std::size_t k = 0; k < kSize; ++k) sum += double{vector[k]} * double{query[k]};
      best = std::max(best, sum);
      vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    const auto id = static_cast<std::int64_t>(i) * 2 + 1;
    index->add(id, halves(vectors));
    expected.emplace_back(-best, id);
    if (i % 1000 == 0) {
      EXPECT_NEAR(index->similarity(id, query), best, 0.01);
    }
  }
  EXPECT_EQ(index->size(), kIds);
  std::sort(expected.begin(), expected.end());
  const auto found = index->nearest(query, kNearest);
  ASSERT_EQ(found.size(), kNearest);
  std::size_t right = 0;
  for (std::size_t i = 0; i < kNearest; ++i) {
    EXPECT_NEAR(found[i].similarity, -expected[i].first, 0.01);
    EXPECT_LE(found[i].similarity, found[i == 0 ? 0 : i - 1].similarity);
    for (std::size_t k = 0; k < kNearest; ++k) right += expected[k].second == found[i].id;
  }
  EXPECT_GE(right, kNearest - 2);  // 8 bits decide differently where two are as near
  EXPECT_EQ(index->similarity(2, query), 0);
}

TEST(VectorIndex, AnIdIsAsNearAsItsNearestVector) {
  const auto index = library::make_flat_index(2);
  index->add(3, halves({0, 1, 1, 0, -1, 0}));
  index->add(4, halves({-1, 0}));
  const auto found = index->nearest(std::vector<float>{1, 0}, 9);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, 3);
  EXPECT_NEAR(found[0].similarity, 1, 1e-3);
  EXPECT_NEAR(found[1].similarity, -1, 1e-3);
}

TEST(VectorIndex, RetainsWhatItIsTold) {
  const auto index = library::make_flat_index(2);
  for (std::int64_t id = 1; id <= 5; ++id) {
    index->add(id * 10, halves({0, 1, static_cast<float>(id), 0}));
  }
  index->retain(std::vector<std::int64_t>{5, 20, 40, 99});
  EXPECT_EQ(index->size(), 2u);
  const auto found = index->nearest(std::vector<float>{1, 0}, 9);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, 40);
  EXPECT_NEAR(found[0].similarity, 4, 1e-2);
  EXPECT_EQ(found[1].id, 20);
  EXPECT_NEAR(index->similarity(20, std::vector<float>{1, 0}), 2, 1e-2);
  index->add(50, halves({9, 0}));
  EXPECT_EQ(index->nearest(std::vector<float>{1, 0}, 1)[0].id, 50);
  index->retain({});
  EXPECT_TRUE(index->nearest(std::vector<float>{1, 0}, 3).empty());
  EXPECT_EQ(index->similarity(20, std::vector<float>{1, 0}), 0);
}

TEST(VectorIndex, NothingIsNearInAnEmptyOne) {
  const auto index = library::make_flat_index(2);
  EXPECT_TRUE(index->nearest(std::vector<float>{0, 0}, 3).empty());
  index->add(1, halves({0, 0}));
  EXPECT_EQ(index->nearest(std::vector<float>{0, 0}, 3).at(0).similarity, 0);
}

}  // namespace
}  // namespace lectern::test
