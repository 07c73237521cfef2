// Checkpoints that lie about themselves: each an Error that names what is wrong, never a crash or a huge allocation.
#include <gtest/gtest.h>

#include <limits>

#include "lectern/error.h"
#include "models/registry.h"
#include "support/tiny_decoder.h"

namespace lectern::models {
namespace {

using support::GgufBuilder;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// A GGUF of metadata and one embedding; each case changes one thing.
struct Metadata {
  std::string family = "llama";
  std::uint32_t layers = 1, width = 64, heads = 4, kv_heads = 2, head_dim = 16, rotated = 16, ffn_width = 96;
  std::uint32_t context = 128;
  float eps = 1e-5f, base = 10000;
};

std::string error_of(const Metadata& m, ErrorCode code = ErrorCode::kCorrupt) {
  GgufBuilder gguf;
  const auto key = [&](const char* name) { return m.family + "." + name; };
  gguf.text("general.architecture", m.family);
  gguf.u32(key("block_count"), m.layers).u32(key("context_length"), m.context).u32(key("embedding_length"), m.width);
  gguf.u32(key("feed_forward_length"), m.ffn_width).u32(key("attention.head_count"), m.heads);
  gguf.u32(key("attention.head_count_kv"), m.kv_heads).u32(key("attention.key_length"), m.head_dim);
  gguf.u32(key("attention.value_length"), m.head_dim).u32(key("rope.dimension_count"), m.rotated);
  gguf.f32(key("attention.layer_norm_rms_epsilon"), m.eps).f32(key("rope.freq_base"), m.base);
  gguf.tensor("token_embd.weight", {8, 64}, std::vector<float>(8 * 64, 0.5f));
  const auto path = support::temporary_folder("hostile") / "hostile.gguf";
  support::write_file(path, gguf.build());
  try {
    build_model(*formats::open_checkpoint(path));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find("hostile.gguf"), std::string::npos) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

void expect_mentions(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(HostileCheckpoint, UnknownFamilyIsNamedBesideTheKnown) {
  const std::string message = error_of({.family = "mamba"}, ErrorCode::kUnsupported);
  expect_mentions(message, "\"mamba\"");
  expect_mentions(message, "bert, llama, mistral, qwen2");
}

TEST(HostileCheckpoint, AbsurdCountsAreRefused) {
  expect_mentions(error_of({.layers = 0}), "llama.block_count is 0");
  expect_mentions(error_of({.layers = 1u << 31}), "llama.block_count is 2147483648");
  expect_mentions(error_of({.width = 0xffffffffu}), "llama.embedding_length is 4294967295");
  expect_mentions(error_of({.heads = 0}), "llama.attention.head_count is 0");
  expect_mentions(error_of({.kv_heads = 0}), "llama.attention.head_count_kv is 0");
  expect_mentions(error_of({.head_dim = 0}), "llama.attention.key_length is 0");
  expect_mentions(error_of({.ffn_width = 0}), "llama.feed_forward_length is 0");
  expect_mentions(error_of({.context = 0}), "llama.context_length is 0");
  expect_mentions(error_of({.heads = 65536, .kv_heads = 1, .head_dim = 1u << 20}), "are too wide");
}

TEST(HostileCheckpoint, HeadsThatDoNotFitAreRefused) {
  expect_mentions(error_of({.heads = 5}), "5 query heads cannot share 2 key heads");
  expect_mentions(error_of({.heads = 2, .kv_heads = 4}), "2 query heads cannot share 4 key heads");
  expect_mentions(error_of({.rotated = 15}), "rope turns 15 values of heads of 16");
  expect_mentions(error_of({.rotated = 18}), "rope turns 18 values of heads of 16");
}

TEST(HostileCheckpoint, NumbersThatAreNoneAreRefused) {
  expect_mentions(error_of({.eps = kNan}), "layer_norm_rms_epsilon");
  expect_mentions(error_of({.eps = -1}), "layer_norm_rms_epsilon");
  expect_mentions(error_of({.eps = 0}), "layer_norm_rms_epsilon");
  expect_mentions(error_of({.base = kNan}), "llama.rope.freq_base");
  expect_mentions(error_of({.base = 0}), "llama.rope.freq_base");
}

TEST(HostileCheckpoint, MissingTensorsAreNamed) {
  expect_mentions(error_of({}), "no tensor blk.0.attn_norm.weight");
  expect_mentions(error_of({.family = "qwen2"}), "no tensor blk.0.attn_norm.weight");
}

TEST(HostileCheckpoint, TensorsOfAnotherShapeAreNamed) {
  expect_mentions(error_of({.width = 128}),
                  "tensor token_embd.weight is [8, 64], and its hyper-parameters call for [8, 128]");
}

TEST(HostileCheckpoint, EveryMissingTensorIsFound) {
  // Hides one tensor of a whole model at a time behind another name of the same length.
  const std::vector<std::byte> whole = support::build({.layers = 1, .biases = true});
  const auto intact = support::temporary_folder("hostile") / "whole.gguf";
  support::write_file(intact, whole);
  const auto checkpoint = formats::open_checkpoint(intact);
  for (const auto& tensor : checkpoint->tensors()) {
    if (tensor.name.ends_with(".bias")) continue;  // optional for this family
    std::string bytes(reinterpret_cast<const char*>(whole.data()), whole.size());
    bytes[bytes.find(tensor.name)] = '#';
    const auto path = support::temporary_folder("hostile") / "hostile.gguf";
    support::write_file(path, bytes);
    EXPECT_THROW(build_model(*formats::open_checkpoint(path)), Error) << tensor.name;
  }
}

}  // namespace
}  // namespace lectern::models
