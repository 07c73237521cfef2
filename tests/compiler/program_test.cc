// The programs that whole models become.
#include <gtest/gtest.h>

#include <cstdlib>

#include "compiler/lowering.h"
#include "compiler/pipeline.h"
#include "lectern/error.h"
#include "listing.h"
#include "models/registry.h"
#include "support/tiny_decoder.h"
#include "support/tiny_folder.h"

namespace lectern::compiler {
namespace {

using support::TinyDecoder;

Program program_of(const std::filesystem::path& path, Isa target, bool quantize_floats = false) {
  const auto checkpoint = formats::open_checkpoint(path);
  const WeightStore weights(*checkpoint, target, quantize_floats);
  return build_program(models::build_model(*checkpoint).graph, weights);
}

std::size_t count(const Program& program, const std::string& op) {
  return static_cast<std::size_t>(
      std::count_if(program.calls.begin(), program.calls.end(), [&](const auto& call) { return call.op == op; }));
}

TEST(ProgramOfSmolLM2, ALayerIsFiveCalls) {
  const Program program = program_of(
      std::filesystem::path(std::getenv("LECTERN_MODELS")) / "smollm2-135m-instruct-q4_1.gguf", Isa::kAvx512);
  EXPECT_EQ(
      listing(program, 0, 7),
      "f0 = rotary_table(; rope_frequencies)\n"
      "f1 = embedding(; token_embd.weight)\n"
      "f3 = qkv_linear(f1, f0, q2; concat(regroup(blk.0.attn_q.weight, 9, 32, 2), regroup(blk.0.attn_k.weight, 3, "
      "32, 2), blk.0.attn_v.weight), blk.0.attn_norm.weight)\n"
      "q4 = attention(f3)\n"
      "f1 = linear(q4, f1; blk.0.attn_output.weight)\n"
      "q6 = gated_linear(f1, q5; concat(blk.0.ffn_gate.weight, blk.0.ffn_up.weight), blk.0.ffn_norm.weight)\n"
      "f1 = linear(q6, f1; blk.0.ffn_down.weight)\n");
  EXPECT_EQ(program.calls.size(), 2u + 30 * 5 + 2 + 1);  // two gathers; the head
  EXPECT_EQ(program.weights[static_cast<std::size_t>(program.calls.back().weights[0])].name(), "token_embd.weight");
}

TEST(ProgramOfDecoder, LastLayerRunsForTheOutputsAloneAfterItsAttention) {
  const Program program = program_of(support::write({.layers = 1, .type = DType::kQ8_0}), Isa::kScalar);
  EXPECT_EQ(listing(program, 3),
            "f4 = attention(f3)\n"
            "f5o = gather_rows(f4)\n"
            "f6o = gather_rows(f1)\n"
            "f6o = linear(f5o, f6o; blk.0.attn_output.weight)\n"
            "f8o = gated_linear(f6o, f7o; concat(blk.0.ffn_gate.weight, blk.0.ffn_up.weight), blk.0.ffn_norm.weight)\n"
            "f6o = linear(f8o, f6o; blk.0.ffn_down.weight)\n"
            "f10o = linear(f6o, f9o; token_embd.weight, output_norm.weight)\n");
}

TEST(ProgramOfDecoder, MatricesOfOtherTypesStayApartAndWriteSideBySide) {
  const TinyDecoder mixed{.family = "qwen2",
                          .width = 256,
                          .heads = 8,
                          .head_dim = 32,
                          .ffn_width = 512,
                          .tied = false,
                          .biases = true,
                          .type = DType::kQ4_K,
                          .types = {{"attn_v", DType::kQ6_K}, {"ffn_up", DType::kQ5_K}}};
  const Program program = program_of(support::write(mixed), Isa::kAvx2);
  EXPECT_EQ(listing(program, 2, 9),
            "f3 = qkv_linear(f1, f0, q2; concat(blk.0.attn_q.weight, blk.0.attn_k.weight), concat(blk.0.attn_q.bias, "
            "blk.0.attn_k.bias), blk.0.attn_norm.weight)\n"
            "- = qkv_linear(f1, q2; blk.0.attn_v.weight, blk.0.attn_v.bias, blk.0.attn_norm.weight)\n"
            "q4 = attention(f3)\n"
            "f1 = linear(q4, f1; blk.0.attn_output.weight)\n"
            "f6[0:512] = linear(f1, q5; blk.0.ffn_gate.weight, blk.0.ffn_norm.weight)\n"
            "f6[512:1024] = linear(f1, q5; blk.0.ffn_up.weight, blk.0.ffn_norm.weight)\n"
            "q7 = gated_activation(f6)\n");
}

TEST(ProgramOfDecoder, WhatKernelsCannotTakeTogetherStaysApart) {
  // Heads of 24 are no whole panels, and 80 values no whole groups.
  const Program program = program_of(support::write({.layers = 1, .head_dim = 24, .ffn_width = 80}), Isa::kScalar);
  EXPECT_EQ(count(program, "qkv_linear") + count(program, "gated_linear"), 0u);
  EXPECT_EQ(count(program, "rope"), 1u);
  EXPECT_EQ(count(program, "kv_write"), 1u);
  EXPECT_EQ(count(program, "gated_activation"), 1u);
}

TEST(ProgramOfEncoder, NormsServeResidualAndLinear) {
  const Program program = program_of(support::write_encoder_folder({.layers = 1}), Isa::kAvx512, true);
  EXPECT_EQ(listing(program, 5),
            "f0 = layer_norm(f0; embeddings.LayerNorm.weight, embeddings.LayerNorm.bias)\n"
            "q3 = quantize(f0)\n"
            "f4 = linear(q3; concat(encoder.layer.0.attention.self.query.weight, "
            "encoder.layer.0.attention.self.key.weight, encoder.layer.0.attention.self.value.weight), "
            "concat(encoder.layer.0.attention.self.query.bias, encoder.layer.0.attention.self.key.bias, "
            "encoder.layer.0.attention.self.value.bias))\n"
            "q5 = encoder_attention(f4[0:64], f4[64:128], f4[128:192])\n"
            "f0 = linear(q5, f0; encoder.layer.0.attention.output.dense.weight, "
            "encoder.layer.0.attention.output.dense.bias)\n"
            "f0 = layer_norm(f0; encoder.layer.0.attention.output.LayerNorm.weight, "
            "encoder.layer.0.attention.output.LayerNorm.bias)\n"
            "q6 = quantize(f0)\n"
            "q7 = activated_linear(q6; encoder.layer.0.intermediate.dense.weight, "
            "encoder.layer.0.intermediate.dense.bias)\n"
            "f0 = linear(q7, f0; encoder.layer.0.output.dense.weight, encoder.layer.0.output.dense.bias)\n"
            "f0 = layer_norm(f0; encoder.layer.0.output.LayerNorm.weight, encoder.layer.0.output.LayerNorm.bias)\n"
            "f8s = mean_pool(f0)\n");
}

TEST(Lowering, WithoutPassesEveryOpIsACall) {
  const auto checkpoint = formats::open_checkpoint(support::write({.layers = 1}));
  const Program program = lower(models::build_model(*checkpoint).graph);
  EXPECT_EQ(count(program, "linear"), 8u);
  EXPECT_EQ(count(program, "add"), 2u);
  EXPECT_EQ(count(program, "rope"), 2u);
  EXPECT_EQ(count(program, "kv_write"), count(program, "attention"));
  for (const auto& buffer : program.buffers) EXPECT_EQ(buffer.type, DType::kF32);
}

TEST(Lowering, RopeOfAValueThatIsUsedElsewhereIsRefused) {
  graph::Graph g;
  const auto x = g.embedding(graph::Weight::tensor("m", 10, 32));
  const auto turned = g.rope(x, g.rotary_table(graph::Weight::values("f", {1, 1})), {2, 16});
  g.set_result(g.mean_pool(g.add(x, turned)));
  EXPECT_THROW(lower(g), Error);
}

TEST(Lowering, GateOfOneValueTwiceIsRefused) {
  graph::Graph g;
  const auto x = g.embedding(graph::Weight::tensor("m", 10, 32));
  g.set_result(g.mean_pool(g.gate(x, x, graph::Activation::kSilu)));
  EXPECT_THROW(lower(g), Error);
}

TEST(QuantizeActivations, HeadsThatAreNoWholeGroupsAreQuantizedAfterwards) {
  // A head of 16 cannot write its part of a quantized row.
  const Program program = program_of(support::write({.layers = 2, .type = DType::kQ8_0}), Isa::kAvx512);
  EXPECT_EQ(count(program, "quantize"), 1u);  // in the last layer a gather writes it
}

TEST(QuantizeActivations, ScalarTargetKeepsFloats) {
  const Program program = program_of(support::write({.type = DType::kQ8_0}), Isa::kScalar);
  for (const auto& buffer : program.buffers) EXPECT_EQ(buffer.type, DType::kF32);
}

}  // namespace
}  // namespace lectern::compiler
