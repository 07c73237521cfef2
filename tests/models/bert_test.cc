#include <gtest/gtest.h>

#include "lectern/error.h"
#include "models/registry.h"
#include "support/tiny_folder.h"

namespace lectern::models {
namespace {

using graph::Node;
using graph::Op;
using support::TinyEncoder;

Model model_of(const TinyEncoder& tiny) {
  return build_model(*formats::open_checkpoint(support::write_encoder_folder(tiny)));
}

TEST(Bert, ReadsItsConfiguration) {
  const Model model = model_of({});
  EXPECT_EQ(model.config.family, "bert");
  EXPECT_FALSE(model.config.generates);
  EXPECT_EQ(model.config.context_length, 64);
  EXPECT_EQ(model.config.vocabulary_size, 10);
  EXPECT_EQ(model.config.embedding_size, 64);
  EXPECT_TRUE(model.graph.kv_groups().empty());
  EXPECT_EQ(model.graph.result().rows, graph::Rows::kSequences);
}

TEST(Bert, SumsThreeEmbeddings) {
  std::vector<graph::Ids> ids;
  const Model model = model_of({});
  for (const Node& node : model.graph.nodes()) {
    if (node.op == Op::kEmbedding) ids.push_back(std::get<graph::Ids>(node.attributes));
  }
  EXPECT_EQ(ids, (std::vector{graph::Ids::kTokens, graph::Ids::kPositions, graph::Ids::kZeros}));
}

TEST(Bert, TensorsMayHaveAPrefix) {
  const Model model = model_of({.prefix = "bert."});
  EXPECT_EQ(model.graph.nodes()[0].weights[0].name(), "bert.embeddings.word_embeddings.weight");
}

TEST(Bert, SentenceLengthLimitsTheContext) {
  const auto context_with = [](const std::string& sentence_config) {
    const auto folder = support::write_encoder_folder({});
    support::write_file(folder / "sentence_bert_config.json", sentence_config);
    return build_model(*formats::open_checkpoint(folder)).config.context_length;
  };
  EXPECT_EQ(context_with(R"({"max_seq_length": 32})"), 32);
  EXPECT_EQ(context_with(R"({"max_seq_length": 5000})"), 64);
  EXPECT_EQ(context_with(R"({"max_seq_length": null})"), 64);
  EXPECT_THROW(context_with("{"), Error);
}

TEST(Bert, ActivationIsAsNamed) {
  const auto activation_named = [](const std::string& name) {
    const Model model = model_of({.activation = name});
    for (const Node& node : model.graph.nodes()) {
      if (node.op == Op::kActivation) return std::get<graph::Activation>(node.attributes);
    }
    return graph::Activation::kSilu;
  };
  EXPECT_EQ(activation_named("gelu"), graph::Activation::kGelu);
  EXPECT_EQ(activation_named("gelu_new"), graph::Activation::kGeluTanh);
  EXPECT_THROW(activation_named("mish"), Error);
}

TEST(Bert, OtherPoolingIsRefused) {
  const auto folder = support::write_encoder_folder({});
  std::filesystem::create_directory(folder / "1_Pooling");
  support::write_file(folder / "1_Pooling/config.json",
                      R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false})");
  try {
    build_model(*formats::open_checkpoint(folder));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
  }
  support::write_file(folder / "1_Pooling/config.json", R"({"pooling_mode_mean_tokens": true})");
  EXPECT_NO_THROW(build_model(*formats::open_checkpoint(folder)));
}

TEST(Bert, HeadsMustDivideTheWidth) { EXPECT_THROW(model_of({.heads = 5}), Error); }

}  // namespace
}  // namespace lectern::models
