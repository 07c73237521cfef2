#include <gtest/gtest.h>

#include <algorithm>

#include "models/registry.h"
#include "support/tiny_decoder.h"
#include "support/tiny_folder.h"

namespace lectern::models {
namespace {

using graph::Node;
using graph::Op;
using graph::Weight;
using support::TinyDecoder;

Model model_of(const TinyDecoder& tiny) { return build_model(*formats::open_checkpoint(support::write(tiny))); }

std::vector<Node> nodes_of(const Model& model, Op op) {
  std::vector<Node> found;
  for (const Node& node : model.graph.nodes()) {
    if (node.op == op) found.push_back(node);
  }
  return found;
}

TEST(Llama, HasTheConfigurationOfItsMetadata) {
  const Model model = model_of({});
  EXPECT_EQ(model.config.family, "llama");
  EXPECT_EQ(model.config.name, "tiny llama");
  EXPECT_TRUE(model.config.generates);
  EXPECT_EQ(model.config.context_length, 256);
  EXPECT_EQ(model.config.vocabulary_size, TinyDecoder::kVocabulary);
  EXPECT_EQ(model.config.embedding_size, 64);
  EXPECT_EQ(model.config.layers, 2);
  ASSERT_EQ(model.graph.kv_groups().size(), 1u);
  EXPECT_EQ(model.graph.kv_groups()[0].layers, 2);
  EXPECT_EQ(model.graph.kv_groups()[0].kv_heads, 2);
  EXPECT_EQ(model.graph.kv_groups()[0].head_dim, 16);
  EXPECT_EQ(model.graph.kv_groups()[0].window, 0);
}

TEST(Llama, TakesTheHeadThatTheCheckpointHas) {
  EXPECT_EQ(model_of({}).graph.nodes().back().weights[0].name(), "token_embd.weight");
  EXPECT_EQ(model_of({.tied = false}).graph.nodes().back().weights[0].name(), "output.weight");
}

TEST(Llama, PutsInterleavedHeadsBackInOrder) {
  const Model model = model_of({.biases = true});
  const auto ropes = nodes_of(model, Op::kRope);
  ASSERT_EQ(ropes.size(), 4u);
  EXPECT_FALSE(std::get<graph::Rope>(ropes[0].attributes).interleaved);
  const Node& query = model.graph.nodes()[static_cast<std::size_t>(ropes[0].inputs[0].node)];
  EXPECT_EQ(query.weights[0].name(), "regroup(blk.0.attn_q.weight, 4, 8, 2)");
  EXPECT_EQ(query.weights[1].name(), "regroup(blk.0.attn_q.bias, 4, 8, 2)");
  const Node& key = model.graph.nodes()[static_cast<std::size_t>(ropes[1].inputs[0].node)];
  EXPECT_EQ(key.weights[0].name(), "regroup(blk.0.attn_k.weight, 2, 8, 2)");
}

TEST(Llama, WindowsReachTheAttentionUnlessTheyCoverTheContext) {
  EXPECT_EQ(model_of({.window = 32}).graph.kv_groups()[0].window, 32);
  EXPECT_EQ(model_of({.window = 256}).graph.kv_groups()[0].window, 0);
}

TEST(Qwen2, HasBiasesAndHeadsInOrder) {
  const Model model = model_of({.family = "qwen2", .biases = true});
  EXPECT_EQ(model.config.family, "qwen2");
  const auto ropes = nodes_of(model, Op::kRope);
  const Node& query = model.graph.nodes()[static_cast<std::size_t>(ropes[0].inputs[0].node)];
  EXPECT_EQ(query.weights[0].name(), "blk.0.attn_q.weight");
  ASSERT_EQ(query.weights.size(), 2u);
  EXPECT_EQ(query.weights[1].name(), "blk.0.attn_q.bias");
}

TEST(HuggingFaceDecoder, GivesTheSameGraphUnderItsOwnNames) {
  for (const char* family : {"llama", "qwen2"}) {
    TinyDecoder tiny{.family = family, .biases = true};
    const Model model = build_model(*formats::open_checkpoint(support::write_decoder_folder(tiny)));
    const Model gguf = model_of(tiny);
    ASSERT_EQ(model.graph.nodes().size(), gguf.graph.nodes().size());
    for (std::size_t i = 0; i < model.graph.nodes().size(); ++i) {
      EXPECT_EQ(model.graph.nodes()[i].op, gguf.graph.nodes()[i].op);
      EXPECT_EQ(model.graph.nodes()[i].output.columns, gguf.graph.nodes()[i].output.columns);
    }
    const auto ropes = nodes_of(model, Op::kRope);
    const Node& query = model.graph.nodes()[static_cast<std::size_t>(ropes[0].inputs[0].node)];
    EXPECT_EQ(query.weights[0].name(), "model.layers.0.self_attn.q_proj.weight");
  }
}

TEST(HuggingFaceDecoder, TiesTheHeadWhereTheConfigurationSaysSo) {
  TinyDecoder tiny{.family = "qwen2", .tied = false, .biases = true};
  const auto head = [&](const std::string& more) {
    const Model model = build_model(*formats::open_checkpoint(support::write_decoder_folder(tiny, more)));
    return model.graph.nodes().back().weights[0].name();
  };
  EXPECT_EQ(head(""), "lm_head.weight");
  EXPECT_EQ(head(R"(,"tie_word_embeddings":true)"), "model.embed_tokens.weight");
}

TEST(HuggingFaceDecoder, QwenWindowsBeginAtALayerAndOnlyWhereTheyAreInUse) {
  TinyDecoder tiny{.family = "qwen2", .layers = 3, .biases = true};
  const auto groups = [&](const std::string& more) {
    return build_model(*formats::open_checkpoint(support::write_decoder_folder(tiny, more))).graph.kv_groups();
  };
  EXPECT_EQ(groups(R"(,"sliding_window":32,"use_sliding_window":false,"max_window_layers":1)").size(), 1u);
  const auto windowed = groups(R"(,"sliding_window":32,"use_sliding_window":true,"max_window_layers":1)");
  ASSERT_EQ(windowed.size(), 2u);
  EXPECT_EQ(windowed[0].layers, 1);
  EXPECT_EQ(windowed[0].window, 0);
  EXPECT_EQ(windowed[1].layers, 2);
  EXPECT_EQ(windowed[1].window, 32);
}

TEST(HuggingFaceDecoder, MistralHasAWindowWhereItsConfigurationDoes) {
  const auto window = [](const std::string& more) {
    const TinyDecoder tiny{.family = "mistral"};
    const Model model = build_model(*formats::open_checkpoint(support::write_decoder_folder(tiny, more)));
    EXPECT_EQ(model.config.family, "llama");
    EXPECT_EQ(model.graph.kv_groups().size(), 1u);
    return model.graph.kv_groups()[0].window;
  };
  EXPECT_EQ(window(R"(,"sliding_window":32)"), 32);
  EXPECT_EQ(window(R"(,"sliding_window":null)"), 0);
  EXPECT_EQ(window(R"(,"sliding_window":4096)"), 0) << "no smaller than the context";
  EXPECT_EQ(window(""), 0);
}

}  // namespace
}  // namespace lectern::models
