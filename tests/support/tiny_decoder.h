// Small decoders as GGUF files, with random weights: whole models that load, compile and run in milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/half.h"
#include "support/gguf_builder.h"
#include "support/temporary_file.h"

namespace lectern::support {

struct TinyDecoder {
  std::string family = "llama";
  int layers = 2;
  int width = 64;
  int heads = 4;
  int kv_heads = 2;
  int head_dim = 16;
  int ffn_width = 96;
  int context = 256;
  int window = 0;
  bool tied = true;
  bool biases = false;                   // on queries, keys and values
  DType type = DType::kF32;              // of the matrices
  std::map<std::string, DType> types{};  // of some: "attn_v"
  unsigned seed = 1;
  bool tokenizer = true;  // otherwise `more` describes one
  int vocabulary = kVocabulary;
  std::function<void(GgufBuilder&)> more = [](GgufBuilder&) {};  // further metadata and tensors

  static constexpr int kVocabulary = 259;  // a token for each byte, <|endoftext|>, <|im_start|>, <|im_end|>
};

namespace internal {

// The printable stand-in of a byte in byte-level vocabularies, as UTF-8.
inline std::string byte_token(int byte) {
  const auto printable = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
  int code = byte;
  if (!printable(byte)) {
    code = 256;
    for (int b = 0; b < byte; ++b) code += printable(b) ? 0 : 1;
  }
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  return {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))};
}

inline void put_half(std::vector<std::byte>& bytes, std::size_t offset, float value) {
  const std::uint16_t half = float_to_f16(value);
  std::memcpy(bytes.data() + offset, &half, sizeof half);
}

// Random rows of any weight type; values stay near ±0.3.
inline std::vector<std::byte> random_rows(DType type, std::int64_t rows, std::int64_t columns, std::mt19937& random) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(rows) * row_bytes(type, columns));
  if (block_values(type) == 1) {
    for (std::size_t i = 0; i < bytes.size() / block_bytes(type); ++i) {
      const float value = static_cast<float>(random() % 2001) / 1000.f * 0.3f - 0.3f;
      if (type == DType::kF32) std::memcpy(bytes.data() + 4 * i, &value, 4);
      const std::uint16_t half = type == DType::kF16 ? float_to_f16(value) : float_to_bf16(value);
      if (type != DType::kF32) std::memcpy(bytes.data() + 2 * i, &half, 2);
    }
    return bytes;
  }
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (std::size_t block = 0; block < bytes.size(); block += block_bytes(type)) {
    switch (type) {
      case DType::kQ8_0:
        put_half(bytes, block, 0.3f / 127);
        break;
      case DType::kQ4_0:
        put_half(bytes, block, 0.3f / 8);
        break;
      case DType::kQ4_1:
        put_half(bytes, block, 0.04f);
        put_half(bytes, block + 2, -0.3f);
        break;
      case DType::kQ4_K:
      case DType::kQ5_K:
        put_half(bytes, block, type == DType::kQ4_K ? 0.0006f : 0.0003f);
        put_half(bytes, block + 2, 0.005f);
        break;
      default:  // Q6_K: d comes last
        put_half(bytes, block + block_bytes(type) - 2, 0.0001f);
    }
  }
  return bytes;
}

inline void put_tokenizer(GgufBuilder& gguf, const TinyDecoder& m) {
  std::vector<std::string> tokens;
  std::vector<std::int32_t> types(256, 1);
  for (int byte = 0; byte < 256; ++byte) tokens.push_back(byte_token(byte));
  for (const char* special : {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}) {
    tokens.emplace_back(special);
    types.push_back(3);
  }
  gguf.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", m.family == "qwen2" ? "qwen2" : "smollm");
  gguf.texts("tokenizer.ggml.tokens", tokens).i32s("tokenizer.ggml.token_type", types);
  gguf.texts("tokenizer.ggml.merges", {});
  gguf.u32("tokenizer.ggml.bos_token_id", 257).u32("tokenizer.ggml.eos_token_id", 258);
}

}  // namespace internal

inline std::vector<std::byte> build(const TinyDecoder& m) {
  GgufBuilder gguf;
  std::mt19937 random(m.seed);
  const auto key = [&](const char* name) { return m.family + "." + name; };
  const auto u32 = [&](const char* name, int value) { gguf.u32(key(name), static_cast<std::uint32_t>(value)); };
  gguf.text("general.architecture", m.family).text("general.name", "tiny " + m.family);
  u32("block_count", m.layers);
  u32("context_length", m.context);
  u32("embedding_length", m.width);
  u32("feed_forward_length", m.ffn_width);
  u32("attention.head_count", m.heads);
  u32("attention.head_count_kv", m.kv_heads);
  u32("attention.key_length", m.head_dim);
  u32("attention.value_length", m.head_dim);
  u32("rope.dimension_count", m.head_dim);
  if (m.window > 0) u32("attention.sliding_window", m.window);
  gguf.f32(key("attention.layer_norm_rms_epsilon"), 1e-5f).f32(key("rope.freq_base"), 10000.f);

  if (m.tokenizer) internal::put_tokenizer(gguf, m);

  const auto vector = [&](const std::string& name, int size, float around) {
    std::vector<float> values;
    for (int i = 0; i < size; ++i) values.push_back(around + static_cast<float>(random() % 200) / 1000.f - 0.1f);
    gguf.tensor(name, {size}, values);
  };
  const auto matrix = [&](const std::string& prefix, const std::string& role, int rows, int columns) {
    const auto type = m.types.find(role);
    const DType stored = type == m.types.end() ? m.type : type->second;
    gguf.tensor(prefix + role + ".weight", stored, {rows, columns},
                internal::random_rows(stored, rows, columns, random));
  };
  const int q_width = m.heads * m.head_dim, kv_width = m.kv_heads * m.head_dim;
  matrix("", "token_embd", m.vocabulary, m.width);
  for (int layer = 0; layer < m.layers; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer) + ".";
    vector(prefix + "attn_norm.weight", m.width, 1);
    matrix(prefix, "attn_q", q_width, m.width);
    matrix(prefix, "attn_k", kv_width, m.width);
    matrix(prefix, "attn_v", kv_width, m.width);
    if (m.biases) {
      vector(prefix + "attn_q.bias", q_width, 0);
      vector(prefix + "attn_k.bias", kv_width, 0);
      vector(prefix + "attn_v.bias", kv_width, 0);
    }
    matrix(prefix, "attn_output", m.width, q_width);
    vector(prefix + "ffn_norm.weight", m.width, 1);
    matrix(prefix, "ffn_gate", m.ffn_width, m.width);
    matrix(prefix, "ffn_up", m.ffn_width, m.width);
    matrix(prefix, "ffn_down", m.width, m.ffn_width);
  }
  vector("output_norm.weight", m.width, 1);
  if (!m.tied) matrix("", "output", m.vocabulary, m.width);
  m.more(gguf);
  return gguf.build();
}

/// Written into a temporary folder of its own.
inline std::filesystem::path write(const TinyDecoder& model) {
  const std::filesystem::path path = temporary_folder("decoder") / "tiny.gguf";
  write_file(path, build(model));
  return path;
}

}  // namespace lectern::support
