#include "cli/statistic.h"

#include <gtest/gtest.h>

namespace lectern::cli {
namespace {

TEST(Percentiles, Interpolate) {
  const auto hundred = [] {
    std::vector<double> values;
    for (int i = 100; i >= 0; --i) values.push_back(i);
    return percentiles(values);
  }();
  EXPECT_DOUBLE_EQ(hundred.p50, 50);
  EXPECT_DOUBLE_EQ(hundred.p90, 90);
  EXPECT_DOUBLE_EQ(hundred.p99, 99);
  EXPECT_DOUBLE_EQ(percentiles({1, 2}).p50, 1.5);
  EXPECT_DOUBLE_EQ(percentiles({7}).p99, 7);
  EXPECT_DOUBLE_EQ(percentiles({}).p50, 0);
}

TEST(Covered, CountsOverlapsOnce) {
  EXPECT_DOUBLE_EQ(covered({{0, 2}, {1, 3}, {5, 6}}), 4);
  EXPECT_DOUBLE_EQ(covered({{0, 10}, {2, 3}}), 10);
  EXPECT_DOUBLE_EQ(covered({}), 0);
}

TEST(ResidentBytes, IsThatOfAProcess) {
  EXPECT_GT(resident_bytes(), 100 << 10);
  EXPECT_LT(resident_bytes(), std::int64_t{1} << 45);
}

}  // namespace
}  // namespace lectern::cli
