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

TEST(DecodeSpeed, LeavesOutTheTimeInWhichSomebodyWaits) {
  // A token a second; while the second request waits, from 4 to 6, one of two seconds.
  const TokenTimes first{0, {1, 2, 3, 4, 6, 7, 8}}, second{4, {6, 7, 8}}, third{4.5, {5, 6.5, 7.5}};
  EXPECT_DOUBLE_EQ(decode_speed({first}), 6.0 / 7);
  EXPECT_DOUBLE_EQ(decode_speed({first, second}), (3 + 2 + 2) / 5.0);
  EXPECT_DOUBLE_EQ(decode_speed({first, second, third}), (3 + 2 + 2 + 0.5 / 1.5 + 1) / 5.0);
  EXPECT_DOUBLE_EQ(decode_speed({second, {20, {21}}}), 1);
  EXPECT_DOUBLE_EQ(decode_speed({}), 0);
}

TEST(ResidentBytes, IsThatOfAProcess) {
  EXPECT_GT(resident_bytes(), 100 << 10);
  EXPECT_LT(resident_bytes(), std::int64_t{1} << 45);
}

}  // namespace
}  // namespace lectern::cli
