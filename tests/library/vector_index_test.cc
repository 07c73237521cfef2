#include "library/vector_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/half.h"

namespace lectern::test {
namespace {

std::vector<std::uint16_t> halves(const std::vector<float>& values) {
  std::vector<std::uint16_t> out;
  for (const float value : values) out.push_back(float_to_f16(value));
  return out;
}

TEST(VectorIndex, FindsWhatAPlainScanFinds) {
  constexpr std::size_t kSize = 37;  // not a multiple of any vector
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 1);
  const auto index = library::make_flat_index(kSize);
  std::vector<std::vector<std::uint16_t>> rows;
  for (int i = 0; i < 300; ++i) {
    std::vector<float> row(kSize);
    for (float& value : row) value = normal(random) * (i % 7 == 0 ? 1e-6f : 1.0f);  // F16 subnormals too
    rows.push_back(halves(row));
    index->add(i * 2 + 1, rows.back());
  }
  std::vector<float> query(kSize);
  for (float& value : query) value = normal(random);
  std::vector<std::pair<double, std::int64_t>> expected;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < kSize; ++k)
      sum += static_cast<double>(f16_to_float(rows[i][k])) * static_cast<double>(query[k]);
    expected.emplace_back(-sum, static_cast<std::int64_t>(i) * 2 + 1);
    EXPECT_NEAR(index->similarity(expected.back().second, query), sum, 1e-4);
  }
  std::sort(expected.begin(), expected.end());
  const auto found = index->nearest(query, 10);
  ASSERT_EQ(found.size(), 10u);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].id, expected[i].second);
  EXPECT_EQ(index->similarity(2, query), 0);
}

TEST(VectorIndex, RetainsWhatItIsTold) {
  const auto index = library::make_flat_index(2);
  for (std::int64_t id = 1; id <= 5; ++id) index->add(id * 10, halves({static_cast<float>(id), 0}));
  index->retain(std::vector<std::int64_t>{5, 20, 40, 99});
  EXPECT_EQ(index->size(), 2u);
  const auto found = index->nearest(std::vector<float>{1, 0}, 9);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, 40);
  EXPECT_EQ(found[0].similarity, 4);
  EXPECT_EQ(found[1].id, 20);
  index->add(50, halves({9, 0}));
  EXPECT_EQ(index->nearest(std::vector<float>{1, 0}, 1)[0].id, 50);
  index->retain({});
  EXPECT_TRUE(index->nearest(std::vector<float>{1, 0}, 3).empty());
}

}  // namespace
}  // namespace lectern::test
