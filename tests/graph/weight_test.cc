#include "graph/weight.h"

#include <gtest/gtest.h>

#include "lectern/error.h"

namespace lectern::graph {
namespace {

std::vector<std::int64_t> source_rows(const Weight& weight) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < weight.row_count(); ++i) rows.push_back(weight.source_row(i));
  return rows;
}

TEST(Weight, EqualExpressionsHaveEqualNames) {
  const auto make = [] {
    return Weight::concatenate({Weight::tensor("a", 4, 8), Weight::tensor("b", 2, 8).rows(1, 1)});
  };
  EXPECT_EQ(make().name(), "concat(a, rows(b, 1, 1))");
  EXPECT_EQ(make().name(), make().name());
  EXPECT_EQ(make().row_count(), 5);
  EXPECT_EQ(make().columns(), 8);
}

TEST(Weight, RowsCountFromTheirBegin) {
  EXPECT_EQ(source_rows(Weight::tensor("a", 6, 8).rows(2, 3)), (std::vector<std::int64_t>{2, 3, 4}));
}

TEST(Weight, RegroupingInterleavedHeadsGivesHalves) {
  // Two heads of six rows, the pairs (x, y) of each interleaved: x0 y0 x1 y1 x2 y2.
  const Weight halves = Weight::tensor("q", 12, 8).regroup(2, 3, 2);
  EXPECT_EQ(source_rows(halves), (std::vector<std::int64_t>{0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11}));
}

TEST(Weight, RegroupingBackIsTheIdentity) {
  const Weight there = Weight::tensor("q", 24, 8).regroup(2, 3, 4);
  const Weight back = there.regroup(2, 4, 3);
  for (std::int64_t i = 0; i < 24; ++i) EXPECT_EQ(there.source_row(back.source_row(i)), i);
}

TEST(Weight, VectorsAreRowsToo) {
  const Weight bias = Weight::concatenate({Weight::tensor("q.bias", 4), Weight::tensor("k.bias", 2)});
  EXPECT_TRUE(bias.is_vector());
  EXPECT_EQ(bias.row_count(), 6);
}

template <typename F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Weight, WhatDoesNotFitIsNamed) {
  const Weight a = Weight::tensor("a", 6, 8), b = Weight::tensor("b", 6, 16);
  EXPECT_EQ(message_of([&] { a.rows(4, 3); }), "weight a: rows [4, 4 + 3) of [6, 8] do not exist");
  EXPECT_EQ(message_of([&] { a.rows(0, std::numeric_limits<std::int64_t>::max()); }).substr(0, 9), "weight a:");
  EXPECT_EQ(message_of([&] { a.regroup(2, 2, 2); }), "weight a: [6, 8] cannot be seen as [2, 2, 2, 8]");
  EXPECT_EQ(message_of([&] { Weight::concatenate({a, b}); }), "concatenation: a is [6, 8] and b is [6, 16]");
  EXPECT_EQ(message_of([&] { Weight::concatenate({}); }), "concatenation of no weights");
  EXPECT_EQ(message_of([] { Weight::tensor("t", 0, 4); }), "weight t: its shape is [0, 4]");
  EXPECT_EQ(message_of([] { Weight::values("v", {}); }), "weight v: it has no values");
}

}  // namespace
}  // namespace lectern::graph
