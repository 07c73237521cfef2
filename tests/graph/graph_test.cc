#include "graph/graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "lectern/error.h"

namespace lectern::graph {
namespace {

class GraphTest : public testing::Test {
 protected:
  Weight matrix(std::int64_t rows, std::int64_t columns) { return Weight::tensor("m", rows, columns); }
  Weight vector(std::int64_t size) { return Weight::tensor("v", size); }
  Value tokens(std::int64_t columns) { return g.embedding(matrix(100, columns)); }
  Value table(int half) {
    return g.rotary_table(Weight::values("f", std::vector<float>(static_cast<std::size_t>(half), 1.f)));
  }

  void expect_error(const std::function<void()>& f, const std::string& message) {
    const std::size_t before = g.nodes().size();
    try {
      f();
      ADD_FAILURE() << "expected: " << message;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      EXPECT_EQ(error.what(), message);
    }
    EXPECT_GE(g.nodes().size(), before);
  }

  Graph g;
};

TEST_F(GraphTest, ShapesFollowFromTheOps) {
  const Value h = tokens(64);
  EXPECT_EQ(h.columns, 64);
  EXPECT_EQ(h.rows, Rows::kTokens);
  EXPECT_EQ(g.linear(h, matrix(128, 64), vector(128)).columns, 128);
  EXPECT_EQ(table(8).columns, 16);
  EXPECT_EQ(g.gather_outputs(h).rows, Rows::kOutputs);
  EXPECT_EQ(g.mean_pool(h).rows, Rows::kSequences);
  EXPECT_EQ(g.linear(g.gather_outputs(h), matrix(100, 64)).rows, Rows::kOutputs);
}

TEST_F(GraphTest, LayersThatShareHeadsAndWindowShareAGroup) {
  const Value h = tokens(64);
  const auto attend = [&](int window) {
    const Value kv = g.linear(h, matrix(32, 64));
    g.attention(h, kv, kv, {.heads = 4, .kv_heads = 2, .head_dim = 16, .window = window, .scale = 0.25f});
    return std::get<Attention>(g.nodes().back().attributes);
  };
  EXPECT_EQ(attend(0).kv_layer, 0);
  EXPECT_EQ(attend(8).kv_group, 1);
  const Attention third = attend(0);
  EXPECT_EQ(third.kv_group, 0);
  EXPECT_EQ(third.kv_layer, 1);
  ASSERT_EQ(g.kv_groups().size(), 2u);
  EXPECT_EQ(g.kv_groups()[0].layers, 2);
  EXPECT_EQ(g.kv_groups()[1].window, 8);
}

TEST_F(GraphTest, ErrorsNameOpAndShapes) {
  const Value h = tokens(64), narrow = tokens(32);
  expect_error([&] { g.linear(h, matrix(8, 32)); }, "linear: m [8, 32] does not fit an input of [tokens, 64]");
  expect_error([&] { g.linear(h, matrix(8, 64), vector(9)); }, "linear: v [9] is not a vector of 8");
  expect_error([&] { g.rms_norm(h, vector(63), 1e-5f); }, "rms_norm: v [63] is not a vector of 64");
  expect_error([&] { g.rms_norm(h, vector(64), std::numeric_limits<float>::quiet_NaN()); }, "rms_norm: eps is nan");
  expect_error([&] { g.layer_norm(h, vector(64), vector(1), 1e-5f); }, "layer_norm: v [1] is not a vector of 64");
  expect_error([&] { g.rope(h, table(16), {4, 16}); }, "rope: a table of [tokens, 32] does not fit heads of 16");
  expect_error([&] { g.rope(h, table(8), {3, 16}); }, "rope: [tokens, 64] is not 3 heads of 16 for each token");
  expect_error([&] { g.attention(h, h, h, {.heads = 4, .kv_heads = 3, .head_dim = 16, .scale = 1}); },
               "attention: [tokens, 64] is not 3 heads of 16 for each token");
  expect_error([&] { g.attention(h, narrow, narrow, {.heads = 4, .kv_heads = 2, .head_dim = 16, .scale = 0}); },
               "attention: the scale is 0");
  expect_error(
      [&] {
        g.encoder_attention(h, h, narrow, {4, 16, 1});
      },
      "encoder_attention: [tokens, 32] is not 4 heads of 16 for each token");
  expect_error([&] { g.gate(h, narrow, Activation::kSilu); }, "gate: [tokens, 64] and [tokens, 32] differ");
  expect_error([&] { g.add(h, g.gather_outputs(h)); }, "add: [tokens, 64] and [outputs, 64] differ");
  expect_error([&] { g.mean_pool(g.gather_outputs(h)); }, "mean_pool: [outputs, 64] has no row for each token");
  expect_error([&] { g.set_result(h); }, "the result [tokens, 64] is not of outputs or of sequences");
  expect_error([&] { g.add(Value{.node = 10000, .columns = 64}, h); }, "add: an input is of another graph");
}

TEST_F(GraphTest, QueryHeadsMustShareKeyHeadsEvenly) {
  const Value q = tokens(48), kv = tokens(32);
  expect_error([&] { g.attention(q, kv, kv, {.heads = 3, .kv_heads = 2, .head_dim = 16, .scale = 1}); },
               "attention: 3 query heads cannot share 2 key heads");
}

}  // namespace
}  // namespace lectern::graph
