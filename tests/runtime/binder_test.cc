// Engine files that are well-formed and make no sense.
#include <gtest/gtest.h>

#include "runtime/load.h"
#include "runtime/tiny_engine.h"
#include "support/expect_error.h"
#include "support/tiny_folder.h"

namespace lectern::runtime {
namespace {

using formats::EngineHeader;
using formats::KernelCall;

class BinderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    file_ = compiled(support::TinyDecoder{.layers = 2, .type = DType::kQ8_0, .types = {}, .more = [](auto&) {}});
  }

  void expect_refused(const char* why, const std::function<void(EngineHeader&)>& alter) {
    const auto file = altered(file_, alter);
    support::expect_error(ErrorCode::kCorrupt, {"altered.lectern", why}, [&] { load_engine_on(pool_, file, {}); });
  }

  static KernelCall& call(EngineHeader& header, const std::string& op) {
    return *std::find_if(header.program.begin(), header.program.end(), [&](const auto& c) { return c.op == op; });
  }

  static std::filesystem::path file_;
  WorkerPool pool_{1};
};

std::filesystem::path BinderTest::file_;

TEST_F(BinderTest, TheFileAsItIsLoads) {
  EXPECT_NE(load_engine_on(pool_, altered(file_, [](auto&) {}), {}), nullptr);
}

TEST_F(BinderTest, RefusesUnknownOperations) {
  expect_refused("does not have", [](auto& h) { call(h, "rms_norm").op = "teleport"; });
}

TEST_F(BinderTest, RefusesOperandsOfTheWrongNumber) {
  expect_refused("number of inputs", [](auto& h) { call(h, "rms_norm").inputs.clear(); });
  expect_refused("number of inputs", [](auto& h) { call(h, "linear").inputs.clear(); });
  expect_refused("number of weights", [](auto& h) { call(h, "linear").weights.clear(); });
  expect_refused("output", [](auto& h) { call(h, "rms_norm").output = {}; });
  expect_refused("output", [](auto& h) { call(h, "kv_write").output = call(h, "kv_write").inputs[0]; });
  expect_refused("lacks", [](auto& h) { call(h, "rms_norm").weights[0] = -1; });
  expect_refused("lacks", [](auto& h) { call(h, "attention").inputs[0] = {}; });
}

TEST_F(BinderTest, RefusesWidthsThatDoNotMatch) {
  for (const char* op : {"embedding", "rms_norm", "linear", "attention", "kv_write", "gated_activation", "rope"}) {
    expect_refused(op, [&](auto& h) {
      auto& operand = call(h, op).inputs.empty() ? call(h, op).output : call(h, op).inputs[0];
      if (h.buffers[static_cast<std::size_t>(operand.buffer)].type == DType::kF32) {
        operand.columns -= 16;
      } else {
        call(h, op).output.columns -= 16;
      }
    });
  }
}

TEST_F(BinderTest, RefusesAttributesThatWouldReachOutside) {
  for (const auto& [op, attribute, value] :
       std::vector<std::tuple<const char*, const char*, double>>{{"attention", "group", 1},
                                                                 {"attention", "group", -1},
                                                                 {"attention", "layer", 2},
                                                                 {"attention", "heads", 8},
                                                                 {"attention", "heads", 3},
                                                                 {"attention", "heads", 0},
                                                                 {"attention", "window", 5},
                                                                 {"attention", "heads", 4.5},
                                                                 {"kv_write", "group", 7},
                                                                 {"kv_write", "layer", 2},
                                                                 {"kv_write", "layer", -1},
                                                                 {"rope", "heads", 100},
                                                                 {"rope", "head_dim", 4096},
                                                                 {"rope", "interleaved", 2},
                                                                 {"rotary_table", "half", 400},
                                                                 {"rotary_table", "half", 1},
                                                                 {"embedding", "ids", 3},
                                                                 {"embedding", "ids", 0.5},
                                                                 {"gated_activation", "activation", 9}}) {
    expect_refused(op, [&](auto& h) { call(h, op).attributes[attribute] = value; });
  }
  expect_refused("lacks its attribute eps", [](auto& h) { call(h, "rms_norm").attributes.clear(); });
}

TEST_F(BinderTest, RefusesWeightsThatAreTooSmall) {
  expect_refused("too few rows", [](auto& h) {
    h.config.vocabulary_size += 100;
    h.buffers[static_cast<std::size_t>(h.result)].columns += 100;
    h.buffers[static_cast<std::size_t>(h.result)].row_bytes += 512;
    h.output_arena += 512;
  });
  expect_refused("bytes", [](auto& h) {
    auto& weight = h.weights[static_cast<std::size_t>(call(h, "linear").weights[0])];
    weight.rows += 1000;
  });
  expect_refused("vector of its width", [](auto& h) { call(h, "rms_norm").weights[0] = call(h, "linear").weights[0]; });
  expect_refused("vector where a matrix",
                 [](auto& h) { call(h, "linear").weights[0] = call(h, "rms_norm").weights[0]; });
}

TEST_F(BinderTest, RefusesRowsOfTheWrongKind) {
  expect_refused("kind", [](auto& h) {
    auto& gather = call(h, "gather_rows");
    gather.inputs[0] = gather.output;
  });
  expect_refused("embedding", [](auto& h) { call(h, "embedding").output = call(h, "gather_rows").output; });
}

TEST_F(BinderTest, RefusesAnEncoderWithKeysAndValues) {
  const auto encoder = compiled(support::write_encoder_folder({}), best_isa());
  const auto file = altered(encoder, [](auto& h) { h.kv_groups.push_back({1, 1, 16, 0}); });
  support::expect_error(ErrorCode::kCorrupt, {"encoder"}, [&] { load_engine_on(pool_, file, {}); });
}

TEST_F(BinderTest, RefusesATargetThatTheMachineLacksOrAnother) {
  if (best_isa() == Isa::kScalar) GTEST_SKIP();
  // Packed for vectors, read as rows: the bytes differ in number.
  const auto file = altered(file_, [](auto& h) { h.target = "scalar"; });
  EXPECT_THROW(load_engine_on(pool_, file, {}), Error);
}

}  // namespace
}  // namespace lectern::runtime
