#include "hub/catalogue.h"

#include <gmock/gmock.h>

#include <set>

namespace lectern::hub {
namespace {

// Catalogues that are wrong: download_test.py.

TEST(Catalogue, HasTheDefaultModels) {
  const auto* chat = catalogue().find("smollm2-135m-instruct-q4_1");
  ASSERT_NE(chat, nullptr);
  EXPECT_EQ(chat->kind, ModelKind::kChat);
  EXPECT_EQ(chat->bytes(), 98'362'432);
  const auto* embedding = catalogue().find("all-minilm-l6-v2");
  ASSERT_NE(embedding, nullptr);
  EXPECT_EQ(embedding->kind, ModelKind::kEmbedding);
  EXPECT_FALSE(embedding->is_one_file());
  EXPECT_EQ(catalogue().find("../etc"), nullptr);
}

TEST(Catalogue, EveryFileHasAChecksumOfItsOwn) {
  std::set<std::string> checksums;
  for (const auto& model : catalogue().models()) {
    EXPECT_EQ(model.revision.size(), 40u) << model.id << " is not of one revision";
    for (const auto& file : model.files) {
      EXPECT_EQ(file.sha256.size(), 64u) << file.name;
      EXPECT_TRUE(checksums.insert(file.sha256).second) << file.name;
    }
  }
}

TEST(Catalogue, MemoryHasRoomForKeysAndValues) {
  const auto* model = catalogue().find("llama-3.1-8b-instruct-q4_k_m");
  ASSERT_NE(model, nullptr);
  // 4,096 tokens of 32 layers, 8 heads of 128 values, keys and values of 2 bytes; and 64 MiB
  EXPECT_EQ(model->memory_bytes() - model->bytes(), 4096LL * 32 * 8 * 128 * 4 + (64LL << 20));
}

}  // namespace
}  // namespace lectern::hub
