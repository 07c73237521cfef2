// The checkpoints that Lectern is delivered with.
#include <gtest/gtest.h>

#include <cstdlib>

#include "formats/checkpoint.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

std::filesystem::path models() {
  const char* folder = std::getenv("LECTERN_MODELS");
  return folder != nullptr ? folder : "models";
}

TEST(RealCheckpoint, SmolLm2) {
  const auto checkpoint = open_checkpoint(models() / "smollm2-135m-instruct-q4_1.gguf");
  EXPECT_EQ(checkpoint->format(), CheckpointFormat::kGguf);
  EXPECT_EQ(checkpoint->family(), "llama");
  EXPECT_EQ(checkpoint->tensors().size(), 272u);
  EXPECT_EQ(checkpoint->integer("llama.attention.head_count_kv"), 3);
  EXPECT_DOUBLE_EQ(checkpoint->number("llama.rope.freq_base"), 100000.0);
  EXPECT_EQ(checkpoint->number("llama.block_count"), 30.0);
  EXPECT_FALSE(checkpoint->boolean("tokenizer.ggml.add_bos_token"));
  const auto* tokens = std::get_if<std::vector<std::string>>(checkpoint->find_metadata("tokenizer.ggml.tokens"));
  ASSERT_NE(tokens, nullptr);
  EXPECT_EQ(tokens->size(), 49152u);
  EXPECT_EQ((*tokens)[1], "<|im_start|>");
  const auto* table = checkpoint->find_tensor("token_embd.weight");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->type, DType::kQ8_0);
  EXPECT_EQ(table->shape, (std::vector<std::int64_t>{49152, 576}));
  EXPECT_EQ(table->bytes.size(), 30081024u);
  const auto* down = checkpoint->find_tensor("blk.0.ffn_down.weight");
  ASSERT_NE(down, nullptr);
  EXPECT_EQ(down->type, DType::kQ4_1);
  EXPECT_EQ(down->shape, (std::vector<std::int64_t>{576, 1536}));
  EXPECT_EQ(checkpoint->find_tensor("output.weight"), nullptr);
  EXPECT_EQ(checkpoint->side_file("tokenizer.json"), "");
}

TEST(RealCheckpoint, MiniLm) {
  const auto checkpoint = open_checkpoint(models() / "all-minilm-l6-v2");
  EXPECT_EQ(checkpoint->format(), CheckpointFormat::kHuggingFace);
  EXPECT_EQ(checkpoint->family(), "bert");
  EXPECT_EQ(checkpoint->tensors().size(), 103u);  // 104 in the file, less position_ids
  EXPECT_EQ(checkpoint->integer("num_hidden_layers"), 6);
  EXPECT_DOUBLE_EQ(checkpoint->number("layer_norm_eps"), 1e-12);
  EXPECT_EQ(checkpoint->text("hidden_act"), "gelu");
  const auto* table = checkpoint->find_tensor("embeddings.word_embeddings.weight");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->type, DType::kF32);
  EXPECT_EQ(table->shape, (std::vector<std::int64_t>{30522, 384}));
  EXPECT_EQ(table->bytes.size(), 30522u * 384 * 4);
  EXPECT_EQ(checkpoint->find_tensor("embeddings.position_ids"), nullptr);
  EXPECT_TRUE(checkpoint->side_file("tokenizer.json").starts_with("{"));
  EXPECT_FALSE(checkpoint->side_file("1_Pooling/config.json").empty());
  EXPECT_EQ(checkpoint->side_file("merges.txt"), "");
  EXPECT_THROW(checkpoint->side_file("../secret"), Error);
  EXPECT_EQ(checkpoint->content_hash().size(), 64u);
}

TEST(RealCheckpoint, AFileOfTheFolderNamesTheFolder) {
  const auto folder = open_checkpoint(models() / "all-minilm-l6-v2");
  const auto file = open_checkpoint(models() / "all-minilm-l6-v2" / "model.safetensors");
  EXPECT_EQ(file->tensors().size(), folder->tensors().size());
  EXPECT_EQ(file->content_hash(), folder->content_hash());
}

}  // namespace
}  // namespace lectern::formats
