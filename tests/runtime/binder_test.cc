// Engine files that are well-formed and make no sense.
#include <gtest/gtest.h>

#include "compiler/lowering.h"
#include "compiler/passes.h"
#include "compiler/pipeline.h"
#include "models/registry.h"
#include "runtime/load.h"
#include "runtime/tiny_engine.h"
#include "support/expect_error.h"
#include "support/tiny_folder.h"

namespace lectern::runtime {
namespace {

using formats::EngineHeader;
using formats::KernelCall;

// Every op of the graph a call of its own.
std::filesystem::path compiled_unfused(const support::TinyDecoder& model) {
  const auto checkpoint = formats::open_checkpoint(support::write(model));
  const models::Model built = models::build_model(*checkpoint);
  const compiler::WeightStore weights(*checkpoint, best_isa(), false);
  compiler::Program program = compiler::lower(built.graph);
  compiler::quantize_activations(program, weights);
  const auto engine = support::temporary_folder("unfused") / "model.lectern";
  compiler::write_engine(*checkpoint, built.config, program, weights, {engine, checkpoint->content_hash(), {}, {}});
  return engine;
}

class BinderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const support::TinyDecoder model{.layers = 2, .type = DType::kQ8_0, .types = {}, .more = [](auto&) {}};
    file_ = compiled_unfused(model);
    fused_ = compiled(model);
  }

  void expect_refused(const char* why, const std::function<void(EngineHeader&)>& alter) {
    expect_refused(file_, why, alter);
  }
  void expect_fused_refused(const char* why, const std::function<void(EngineHeader&)>& alter) {
    expect_refused(fused_, why, alter);
  }
  void expect_refused(const std::filesystem::path& engine, const char* why,
                      const std::function<void(EngineHeader&)>& alter) {
    const auto file = altered(engine, alter);
    support::expect_error(ErrorCode::kCorrupt, {"altered.lectern", why}, [&] { load_engine_on(pool_, file, {}); });
  }

  static KernelCall& call(EngineHeader& header, const std::string& op) {
    return *std::find_if(header.program.begin(), header.program.end(), [&](const auto& c) { return c.op == op; });
  }

  static std::filesystem::path file_, fused_;
  WorkerPool pool_{1};
};

std::filesystem::path BinderTest::file_, BinderTest::fused_;

TEST_F(BinderTest, TheFileAsItIsLoads) {
  for (const auto& file : {file_, fused_}) {
    EXPECT_NE(load_engine_on(pool_, altered(file, [](auto&) {}), {}), nullptr);
  }
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

TEST_F(BinderTest, RefusesFusedOperationsThatDoNotFit) {
  expect_fused_refused("number of inputs", [](auto& h) { call(h, "qkv_linear").inputs.pop_back(); });
  expect_fused_refused("number of inputs", [](auto& h) { call(h, "gated_linear").inputs.clear(); });
  expect_fused_refused("number of", [](auto& h) { call(h, "gated_linear").weights.pop_back(); });
  expect_fused_refused("number of inputs", [](auto& h) { call(h, "gated_linear").weights[2] = -1; });
  expect_fused_refused("vector of its width",
                       [](auto& h) { call(h, "qkv_linear").weights[2] = call(h, "qkv_linear").weights[0]; });
  expect_fused_refused("lacks its attribute eps", [](auto& h) { call(h, "qkv_linear").attributes.erase("eps"); });
  expect_fused_refused("does not take", [](auto& h) {  // the norm's room, in floats
    auto& inputs = call(h, "gated_linear").inputs;
    inputs[1] = inputs[0];
  });
  expect_fused_refused("two rows for each output",
                       [](auto& h) { call(h, "gated_linear").weights[0] = call(h, "qkv_linear").weights[0]; });
  for (const auto& [op, attribute, value] :
       std::vector<std::tuple<const char*, const char*, double>>{{"gated_linear", "activation", 3},
                                                                 {"qkv_linear", "group", 1},
                                                                 {"qkv_linear", "layer", 2},
                                                                 {"qkv_linear", "q_heads", 3},
                                                                 {"qkv_linear", "q_heads", 0},
                                                                 {"qkv_linear", "k_heads", 1},
                                                                 {"qkv_linear", "k_heads", 4},
                                                                 {"qkv_linear", "v_heads", 0},
                                                                 {"qkv_linear", "rotates", 0},
                                                                 {"qkv_linear", "rotates", 2},
                                                                 {"qkv_linear", "interleaved", -1}}) {
    expect_fused_refused(op, [&](auto& h) { call(h, op).attributes[attribute] = value; });
  }
  expect_fused_refused("table wider", [](auto& h) {
    auto& inputs = call(h, "qkv_linear").inputs;
    inputs[1] = inputs[0];
  });
  expect_fused_refused("as wide as its heads", [](auto& h) { call(h, "qkv_linear").output.columns -= 16; });
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

TEST_F(BinderTest, RefusesAnEncodersOperationsThatDoNotFit) {
  const auto encoder = compiled(support::write_encoder_folder({}), best_isa());
  const auto refused = [&](const char* why, const std::function<void(EngineHeader&)>& change) {
    const auto file = altered(encoder, change);
    support::expect_error(ErrorCode::kCorrupt, {why}, [&] { load_engine_on(pool_, file, {}); });
  };
  EXPECT_NE(load_engine_on(pool_, altered(encoder, [](auto&) {}), {}), nullptr);
  refused("number of inputs", [](auto& h) { call(h, "activated_linear").inputs.clear(); });
  refused("activation", [](auto& h) { call(h, "activated_linear").attributes["activation"] = 3; });
  refused("matrix has rows", [](auto& h) {
    auto& fused = call(h, "activated_linear");
    fused.weights = {call(h, "linear").weights[0], -1, -1};
  });
  refused("lacks a table", [](auto& h) { call(h, "embedding").weights[0] = -1; });
  refused("vector where a matrix", [](auto& h) { call(h, "linear").weights[0] = call(h, "embedding").weights[0]; });
  refused("rows and columns", [](auto& h) {  // plain rows, said to be packed
    auto& table = h.weights[static_cast<std::size_t>(call(h, "embedding").weights[0])];
    table.packed = true;
    table.rows += 16;
  });
}

TEST_F(BinderTest, RefusesATargetThatTheMachineLacksOrAnother) {
  if (best_isa() == Isa::kScalar) GTEST_SKIP();
  // Packed for vectors, read as rows: the bytes differ in number.
  const auto file = altered(file_, [](auto& h) { h.target = "scalar"; });
  EXPECT_THROW(load_engine_on(pool_, file, {}), Error);
}

}  // namespace
}  // namespace lectern::runtime
