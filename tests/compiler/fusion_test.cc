// Passes change how a program runs, never what it computes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compiler/lowering.h"
#include "compiler/passes.h"
#include "compiler/pipeline.h"
#include "models/registry.h"
#include "runtime/load.h"
#include "support/tiny_decoder.h"
#include "support/tiny_folder.h"

namespace lectern::compiler {
namespace {

namespace fs = std::filesystem;
using support::TinyDecoder;

using Passes = std::function<void(Program&, const WeightStore&)>;

// Each runs the passes that it names; activations are quantized in all of them, as kernels want it.
const Passes kNone = [](Program& p, const WeightStore& w) { quantize_activations(p, w); };
const std::vector<std::pair<const char*, Passes>> kPasses = {
    {"residuals",
     [](Program& p, const WeightStore& w) {
       fuse_residuals(p);
       quantize_activations(p, w);
     }},
    {"outputs",
     [](Program& p, const WeightStore& w) {
       narrow_to_outputs(p);
       quantize_activations(p, w);
     }},
    {"linears",
     [](Program& p, const WeightStore& w) {
       fuse_linears(p, w);
       quantize_activations(p, w);
     }},
    {"ropes",
     [](Program& p, const WeightStore& w) {
       fuse_ropes(p);
       quantize_activations(p, w);
     }},
    {"gates",
     [](Program& p, const WeightStore& w) {
       quantize_activations(p, w);
       fuse_activations(p);
     }},
    {"qkv",
     [](Program& p, const WeightStore& w) {
       fuse_ropes(p);
       quantize_activations(p, w);
       fuse_qkv(p);
     }},
    {"norms",
     [](Program& p, const WeightStore& w) {
       quantize_activations(p, w);
       fuse_norms(p);
     }},
    {"in place",
     [](Program& p, const WeightStore& w) {
       quantize_activations(p, w);
       reuse_in_place(p);
     }},
};

fs::path compile_with(const fs::path& model, Isa target, const Passes& passes) {
  const auto checkpoint = formats::open_checkpoint(model);
  const models::Model built = models::build_model(*checkpoint);
  const WeightStore weights(*checkpoint, target, !built.config.generates);
  Program program = lower(built.graph);
  passes(program, weights);
  const fs::path engine = support::temporary_folder("fusion") / "model.lectern";
  write_engine(*checkpoint, built.config, program, weights, {engine, checkpoint->content_hash(), {}, {}});
  return engine;
}

// As the product does it.
fs::path compile_whole(const fs::path& model, Isa target) {
  const fs::path engine = support::temporary_folder("fusion") / "model.lectern";
  compile(model, engine, {std::string(name(target)), {}});
  return engine;
}

std::vector<float> logits_of(const fs::path& engine_file) {
  WorkerPool pool(1);
  const auto engine = runtime::load_engine_on(pool, engine_file, {.kv_bytes = 1 << 22, .kv_type = KvType::kF32});
  std::vector<float> all;
  Request request;
  request.sampling.max_tokens = 1;
  for (int i = 0; i < 40; ++i) request.prompt.push_back((i * 37 + 5) % 256);
  request.on_prompt_logits = [&](int, std::span<const float> logits) {
    all.insert(all.end(), logits.begin(), logits.end());
  };
  engine->submit(request)->wait();
  return all;
}

std::vector<float> embeddings_of(const fs::path& engine_file) {
  WorkerPool pool(1);
  const auto engine = runtime::load_engine_on(pool, engine_file, {});
  const std::vector<std::vector<TokenId>> texts = {{2, 5, 6, 3}, {2, 7, 8, 9, 5, 6, 3}, {2, 3}};
  std::vector<float> all;
  for (const auto& vector : engine->embed(texts)) all.insert(all.end(), vector.begin(), vector.end());
  return all;
}

void expect_near(const std::vector<float>& found, const std::vector<float>& expected, const char* what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  ASSERT_FALSE(expected.empty());
  float difference = 0, largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, std::abs(found[i] - expected[i]));
    largest = std::max(largest, std::abs(expected[i]));
  }
  EXPECT_GT(largest, 0.1f) << what;
  EXPECT_LE(difference, 1e-5f * largest) << what;
}

class FusionTest : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!machine_has(GetParam())) GTEST_SKIP() << "this machine lacks " << name(GetParam());
  }
};

TEST_P(FusionTest, DecoderGivesTheSameLogits) {
  const TinyDecoder mixed{.family = "qwen2",
                          .width = 256,
                          .heads = 8,
                          .head_dim = 32,
                          .ffn_width = 512,
                          .window = 16,
                          .tied = false,
                          .biases = true,
                          .type = DType::kQ4_K,
                          .types = {{"attn_v", DType::kQ6_K}, {"ffn_up", DType::kQ5_K}}};
  const TinyDecoder plain{.family = "llama", .type = DType::kQ8_0};
  for (const auto& tiny : {mixed, plain}) {
    const fs::path model = support::write(tiny);
    const auto expected = logits_of(compile_with(model, GetParam(), kNone));
    EXPECT_EQ(expected.size(), 40u * TinyDecoder::kVocabulary);
    for (const auto& [name, passes] : kPasses) {
      expect_near(logits_of(compile_with(model, GetParam(), passes)), expected, name);
    }
    expect_near(logits_of(compile_whole(model, GetParam())), expected, "all");
  }
}

TEST_P(FusionTest, EncoderGivesTheSameEmbeddings) {
  const fs::path model = support::write_encoder_folder({});
  const auto expected = embeddings_of(compile_with(model, GetParam(), kNone));
  for (const auto& [name, passes] : kPasses) {
    expect_near(embeddings_of(compile_with(model, GetParam(), passes)), expected, name);
  }
  expect_near(embeddings_of(compile_whole(model, GetParam())), expected, "all");
}

INSTANTIATE_TEST_SUITE_P(Targets, FusionTest, testing::ValuesIn(kIsas),
                         [](const auto& test) { return std::string(name(test.param)); });

TEST(Formats, LlamaFromGgufAndFromAFolderAreTheSameModel) {
  // The folder's tensors put into a GGUF, query and key rows interleaved as converters do it.
  const TinyDecoder tiny{.layers = 1};
  const fs::path folder = support::write_decoder_folder(tiny);
  const auto source = formats::open_checkpoint(folder);
  const auto rows_of = [&](const std::string& name) { return source->find_tensor(name)->bytes; };
  const auto interleaved = [&](const std::string& name, int heads) {
    const auto bytes = rows_of(name);
    const std::size_t row = bytes.size() / static_cast<std::size_t>(heads * tiny.head_dim);
    std::vector<std::byte> out;
    for (int head = 0; head < heads; ++head) {
      for (int i = 0; i < tiny.head_dim; ++i) {
        const int from = head * tiny.head_dim + i / 2 + i % 2 * (tiny.head_dim / 2);
        const auto part = bytes.subspan(static_cast<std::size_t>(from) * row, row);
        out.insert(out.end(), part.begin(), part.end());
      }
    }
    return out;
  };
  std::vector<std::byte> gguf = support::build(tiny);
  const fs::path path = support::temporary_folder("same") / "same.gguf";
  support::write_file(path, gguf);
  const auto target = formats::open_checkpoint(path);
  // Where the tensors' data begins in the file: at the first one's bytes.
  const auto* first = target->find_tensor("token_embd.weight")->bytes.data();
  const auto data = std::search(gguf.begin(), gguf.end(), first, first + 64);
  const auto put = [&](const std::string& name, std::span<const std::byte> bytes) {
    const auto* tensor = target->find_tensor(name);
    ASSERT_EQ(tensor->bytes.size(), bytes.size()) << name;
    std::copy(bytes.begin(), bytes.end(), data + (tensor->bytes.data() - first));
  };
  const std::string layer = "model.layers.0.";
  put("token_embd.weight", rows_of("model.embed_tokens.weight"));
  put("blk.0.attn_norm.weight", rows_of(layer + "input_layernorm.weight"));
  put("blk.0.attn_q.weight", interleaved(layer + "self_attn.q_proj.weight", tiny.heads));
  put("blk.0.attn_k.weight", interleaved(layer + "self_attn.k_proj.weight", tiny.kv_heads));
  put("blk.0.attn_v.weight", rows_of(layer + "self_attn.v_proj.weight"));
  put("blk.0.attn_output.weight", rows_of(layer + "self_attn.o_proj.weight"));
  put("blk.0.ffn_norm.weight", rows_of(layer + "post_attention_layernorm.weight"));
  put("blk.0.ffn_gate.weight", rows_of(layer + "mlp.gate_proj.weight"));
  put("blk.0.ffn_up.weight", rows_of(layer + "mlp.up_proj.weight"));
  put("blk.0.ffn_down.weight", rows_of(layer + "mlp.down_proj.weight"));
  put("output_norm.weight", rows_of("model.norm.weight"));
  const fs::path same = support::temporary_folder("same") / "same.gguf";
  support::write_file(same, gguf);

  const auto folder_model = models::build_model(*source);
  const auto gguf_checkpoint = formats::open_checkpoint(same);
  const auto gguf_model = models::build_model(*gguf_checkpoint);
  const WeightStore from_folder(*source, Isa::kScalar, false), from_gguf(*gguf_checkpoint, Isa::kScalar, false);
  const Program a = build_program(folder_model.graph, from_folder), b = build_program(gguf_model.graph, from_gguf);
  ASSERT_EQ(a.weights.size(), b.weights.size());
  for (std::size_t i = 0; i < a.weights.size(); ++i) {
    std::vector<std::byte> x(from_folder.spec(a.weights[i], WeightUse::kMultiplied).bytes),
        y(from_gguf.spec(b.weights[i], WeightUse::kMultiplied).bytes);
    from_folder.write(a.weights[i], WeightUse::kMultiplied, x);
    from_gguf.write(b.weights[i], WeightUse::kMultiplied, y);
    EXPECT_TRUE(x == y) << a.weights[i].name() << " and " << b.weights[i].name();
  }
}

}  // namespace
}  // namespace lectern::compiler
