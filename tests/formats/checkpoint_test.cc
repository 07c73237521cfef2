// Folders, and files that are something else.
#include "formats/checkpoint.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/gguf_builder.h"
#include "support/safetensors_builder.h"
#include "support/temporary_file.h"

namespace lectern::formats {
namespace {

using support::expect_error;
using support::SafetensorsBuilder;
using support::write_file;

class CheckpointFolder : public testing::Test {
 protected:
  void config(std::string_view text = R"({"model_type":"bert"})") { write_file(folder_ / "config.json", text); }
  void shard(const char* name, const char* tensor, float value) {
    write_file(folder_ / name, SafetensorsBuilder().tensor(tensor, {1}, {value}).build());
  }
  void index(const std::string& map) {
    write_file(folder_ / "model.safetensors.index.json", "{\"weight_map\":" + map + "}");
  }
  void expect_refused(ErrorCode code, std::initializer_list<const char*> parts) {
    expect_error(code, parts, [&] { open_checkpoint(folder_); });
  }

  std::filesystem::path folder_ = support::temporary_folder("model");
};

TEST_F(CheckpointFolder, ConfigBecomesFlatMetadata) {
  config(R"({"model_type":"bert","hidden_size":384,"eps":1e-12,"tied":true,"nothing":null,"big":18446744073709551615,
             "rope_scaling":{"type":"yarn","factor":4.0,"deep":{"x":1}},
             "names":["a","b"],"ids":[1,2],"mixed":[1,2.5],"odd":[1,"a"],"nested":[[1]],"objects":[{}],"none":[]})");
  shard("model.safetensors", "t", 1);
  const auto checkpoint = open_checkpoint(folder_);
  EXPECT_EQ(checkpoint->family(), "bert");
  EXPECT_EQ(checkpoint->integer("hidden_size"), 384);
  EXPECT_EQ(checkpoint->number("hidden_size"), 384.0);
  EXPECT_EQ(checkpoint->number("eps"), 1e-12);
  EXPECT_EQ(checkpoint->number("big"), 18446744073709551615.0);
  EXPECT_TRUE(checkpoint->boolean("tied"));
  EXPECT_EQ(checkpoint->text("rope_scaling.type"), "yarn");
  EXPECT_EQ(checkpoint->number("rope_scaling.factor"), 4.0);
  EXPECT_EQ(checkpoint->integer("rope_scaling.deep.x"), 1);
  EXPECT_EQ(*checkpoint->find_metadata("names"), MetadataValue(std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*checkpoint->find_metadata("ids"), MetadataValue(std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(*checkpoint->find_metadata("mixed"), MetadataValue(std::vector<double>{1, 2.5}));
  for (const char* key : {"nothing", "odd", "nested", "objects"}) {
    EXPECT_EQ(checkpoint->find_metadata(key), nullptr) << key;
  }
  expect_error(ErrorCode::kCorrupt, {"\"absent\"", "model"}, [&] { checkpoint->integer("absent"); });
}

TEST_F(CheckpointFolder, ShardsByIndex) {
  config();
  shard("model-1.safetensors", "a", 1);
  shard("model-2.safetensors", "b", 2);
  shard("other.safetensors", "c", 3);
  index(R"({"a":"model-1.safetensors","b":"model-2.safetensors"})");
  const auto checkpoint = open_checkpoint(folder_);
  ASSERT_EQ(checkpoint->tensors().size(), 2u);
  EXPECT_NE(checkpoint->find_tensor("b"), nullptr);
  EXPECT_EQ(checkpoint->find_tensor("c"), nullptr);
  EXPECT_EQ(open_checkpoint(folder_ / "model-2.safetensors")->tensors().size(), 2u);
  EXPECT_NE(open_checkpoint(folder_ / "other.safetensors")->find_tensor("c"), nullptr);
}

TEST_F(CheckpointFolder, ShardsWithoutIndex) {
  config();
  shard("x-2.safetensors", "b", 2);
  shard("x-1.safetensors", "a", 1);
  const auto checkpoint = open_checkpoint(folder_);
  ASSERT_EQ(checkpoint->tensors().size(), 2u);
  EXPECT_EQ(checkpoint->tensors()[0].name, "a");
  shard("x-3.safetensors", "a", 3);
  expect_refused(ErrorCode::kCorrupt, {"\"a\"", "x-1.safetensors", "x-3.safetensors"});
}

TEST_F(CheckpointFolder, ShardNamesStayInTheFolder) {
  config();
  shard("model-1.safetensors", "a", 1);
  for (const char* name : {"\"../model-1.safetensors\"", "\"/tmp/x.safetensors\"", "\"sub/x.safetensors\"", "\"\"",
                           "\"model-1.bin\"", "\"..\"", "7", "\"a\\u0000.safetensors\""}) {
    index("{\"a\":" + std::string(name) + "}");
    expect_refused(ErrorCode::kCorrupt, {"index.json", "\"a\""});
  }
  index("{}");
  expect_refused(ErrorCode::kCorrupt, {"weight_map"});
  index(R"({"a":"gone.safetensors"})");
  expect_refused(ErrorCode::kNotFound, {"gone.safetensors", "missing"});
  index(R"({"b":"model-1.safetensors"})");
  expect_refused(ErrorCode::kCorrupt, {"\"a\"", "index"});
}

TEST_F(CheckpointFolder, WhatIsMissingIsNamed) {
  expect_refused(ErrorCode::kNotFound, {"no *.safetensors"});
  write_file(folder_ / "pytorch_model.bin", "PK\3\4");
  config();
  expect_refused(ErrorCode::kUnsupported, {"pytorch_model.bin", "safetensors"});
  shard("model.safetensors", "a", 1);
  std::filesystem::remove(folder_ / "config.json");
  expect_refused(ErrorCode::kNotFound, {"config.json", "missing"});
  for (const char* bad : {"", "{", "[]", "{\"a\":1,\"a\":2}", "\xff", "{\"a\":\"\xc0\x80\"}"}) {
    config(bad);
    expect_refused(ErrorCode::kCorrupt, {"config.json"});
  }
  config("{\"a\":" + std::string(10000, '[') + std::string(10000, ']') + "}");
  expect_refused(ErrorCode::kCorrupt, {"config.json", "deep"});
  config("{}");
  expect_error(ErrorCode::kCorrupt, {"\"model_type\""}, [&] { open_checkpoint(folder_)->family(); });
}

TEST_F(CheckpointFolder, TheHashCoversConfigTokenizerAndWeights) {
  config();
  shard("model.safetensors", "a", 1);
  std::vector<std::string> hashes = {open_checkpoint(folder_)->content_hash()};
  EXPECT_EQ(open_checkpoint(folder_)->content_hash(), hashes[0]);
  write_file(folder_ / "README.md", "not part of it");
  EXPECT_EQ(open_checkpoint(folder_)->content_hash(), hashes[0]);
  write_file(folder_ / "tokenizer.json", "{}");
  hashes.push_back(open_checkpoint(folder_)->content_hash());
  config(R"({"model_type":"llama"})");
  hashes.push_back(open_checkpoint(folder_)->content_hash());
  shard("model.safetensors", "a", 2);
  hashes.push_back(open_checkpoint(folder_)->content_hash());
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

TEST(OpenCheckpoint, TellsWhatAFileIs) {
  const auto folder = support::temporary_folder("files");
  const auto expect = [&](std::string_view content, ErrorCode code, const char* part) {
    write_file(folder / "model.gguf", content);
    expect_error(code, {"model.gguf", part}, [&] { open_checkpoint(folder / "model.gguf"); });
  };
  expect("", ErrorCode::kCorrupt, "empty");
  expect("G", ErrorCode::kCorrupt, "neither");
  expect(std::string(600, '\0'), ErrorCode::kCorrupt, "neither");
  expect("\n <!DOCTYPE html><html>", ErrorCode::kCorrupt, "web page");
  expect("<HTML>", ErrorCode::kCorrupt, "web page");
  expect("version https://git-lfs.github.com/spec/v1\n", ErrorCode::kCorrupt, "git lfs pull");
  expect("PK\3\4", ErrorCode::kUnsupported, "zip");
  expect("tjgg", ErrorCode::kUnsupported, "older");
  expect(std::string_view("LECTERN\0", 8), ErrorCode::kInvalidArgument, "engine file");
  expect("GGUF", ErrorCode::kCorrupt, "ends inside its version");
  expect_error(ErrorCode::kNotFound, {"absent"}, [&] { open_checkpoint(folder / "absent"); });
  const auto endless = folder / std::string(300, 'x');  // longer than a file name can be: even asking for it fails
  expect_error(ErrorCode::kIo, {"xxx", "cannot be opened"}, [&] { open_checkpoint(endless); });
  write_file(folder / "anything", support::GgufBuilder().text("general.architecture", "x").build());
  EXPECT_EQ(open_checkpoint(folder / "anything")->format(), CheckpointFormat::kGguf);
}

}  // namespace
}  // namespace lectern::formats
