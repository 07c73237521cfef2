// Small decoders and encoders in Hugging Face's layout.
#pragma once

#include <filesystem>
#include <string>

#include "support/safetensors_builder.h"
#include "support/temporary_file.h"
#include "support/tiny_decoder.h"

namespace lectern::support {

namespace internal {

class FolderTensors {
 public:
  void vector(const std::string& name, int size, float around) {
    std::vector<float> values;
    for (int i = 0; i < size; ++i) values.push_back(around + static_cast<float>(random_() % 200) / 1000.f - 0.1f);
    builder.tensor(name, {size}, values);
  }
  void matrix(const std::string& name, int rows, int columns) {
    builder.tensor(name, "F32", {rows, columns}, random_rows(DType::kF32, rows, columns, random_));
  }
  void linear(const std::string& name, int rows, int columns) {
    matrix(name + ".weight", rows, columns);
    vector(name + ".bias", rows, 0);
  }
  void norm(const std::string& name, int size) {
    vector(name + ".weight", size, 1);
    vector(name + ".bias", size, 0);
  }

  SafetensorsBuilder builder;

 private:
  std::mt19937 random_{1};
};

}  // namespace internal

/// The model that `m` describes; `more` goes into config.json as it is (",\"key\":1"). Its tokenizer is not written.
inline std::filesystem::path write_decoder_folder(const TinyDecoder& m, const std::string& more = "") {
  internal::FolderTensors t;
  const int q_width = m.heads * m.head_dim, kv_width = m.kv_heads * m.head_dim;
  t.matrix("model.embed_tokens.weight", TinyDecoder::kVocabulary, m.width);
  for (int layer = 0; layer < m.layers; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    const auto projection = [&](const std::string& role, int rows) {
      t.matrix(prefix + "self_attn." + role + ".weight", rows, m.width);
      if (m.biases) t.vector(prefix + "self_attn." + role + ".bias", rows, 0);
    };
    t.vector(prefix + "input_layernorm.weight", m.width, 1);
    projection("q_proj", q_width);
    projection("k_proj", kv_width);
    projection("v_proj", kv_width);
    t.matrix(prefix + "self_attn.o_proj.weight", m.width, q_width);
    t.vector(prefix + "post_attention_layernorm.weight", m.width, 1);
    t.matrix(prefix + "mlp.gate_proj.weight", m.ffn_width, m.width);
    t.matrix(prefix + "mlp.up_proj.weight", m.ffn_width, m.width);
    t.matrix(prefix + "mlp.down_proj.weight", m.width, m.ffn_width);
  }
  t.vector("model.norm.weight", m.width, 1);
  if (!m.tied) t.matrix("lm_head.weight", TinyDecoder::kVocabulary, m.width);

  const auto number = [](const char* key, int value) {
    return ",\"" + std::string(key) + "\":" + std::to_string(value);
  };
  const std::filesystem::path folder = temporary_folder("decoder");
  write_file(folder / "config.json",
             "{\"model_type\":\"" + m.family + "\",\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0" +
                 number("num_hidden_layers", m.layers) + number("hidden_size", m.width) +
                 number("num_attention_heads", m.heads) + number("num_key_value_heads", m.kv_heads) +
                 number("head_dim", m.head_dim) + number("intermediate_size", m.ffn_width) +
                 number("max_position_embeddings", m.context) + more + "}");
  write_file(folder / "model.safetensors", t.builder.build());
  return folder;
}

struct TinyEncoder {
  int layers = 2;
  int width = 64;
  int heads = 2;
  int ffn_width = 128;
  int positions = 64;
  std::string activation = "gelu";
  std::string prefix{};  // of every tensor: "bert."
  std::string more{};    // in config.json
};

/// With a vocabulary of a few words in vocab.txt.
inline std::filesystem::path write_encoder_folder(const TinyEncoder& m) {
  const std::vector<std::string> words = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", "sat", "##s", "."};
  internal::FolderTensors t;
  t.matrix(m.prefix + "embeddings.word_embeddings.weight", static_cast<int>(words.size()), m.width);
  t.matrix(m.prefix + "embeddings.position_embeddings.weight", m.positions, m.width);
  t.matrix(m.prefix + "embeddings.token_type_embeddings.weight", 2, m.width);
  t.norm(m.prefix + "embeddings.LayerNorm", m.width);
  for (int layer = 0; layer < m.layers; ++layer) {
    const std::string prefix = m.prefix + "encoder.layer." + std::to_string(layer) + ".";
    for (const char* role : {"query", "key", "value"}) t.linear(prefix + "attention.self." + role, m.width, m.width);
    t.linear(prefix + "attention.output.dense", m.width, m.width);
    t.norm(prefix + "attention.output.LayerNorm", m.width);
    t.linear(prefix + "intermediate.dense", m.ffn_width, m.width);
    t.linear(prefix + "output.dense", m.width, m.ffn_width);
    t.norm(prefix + "output.LayerNorm", m.width);
  }
  const auto number = [](const char* key, int value) {
    return ",\"" + std::string(key) + "\":" + std::to_string(value);
  };
  const std::filesystem::path folder = temporary_folder("encoder");
  write_file(folder / "config.json", "{\"model_type\":\"bert\",\"layer_norm_eps\":1e-12,\"hidden_act\":\"" +
                                         m.activation + "\"" + number("num_hidden_layers", m.layers) +
                                         number("hidden_size", m.width) + number("num_attention_heads", m.heads) +
                                         number("intermediate_size", m.ffn_width) +
                                         number("max_position_embeddings", m.positions) + m.more + "}");
  std::string vocabulary;
  for (const std::string& word : words) vocabulary += word + "\n";
  write_file(folder / "vocab.txt", vocabulary);
  write_file(folder / "model.safetensors", t.builder.build());
  return folder;
}

}  // namespace lectern::support
