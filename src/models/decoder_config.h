// Hyper-parameters of a decoder, from GGUF's metadata or Hugging Face's config.json.
#pragma once

#include <cstdint>
#include <string>

#include "formats/checkpoint.h"

namespace lectern::models {

struct DecoderConfig {
  int context_length = 0;
  int layers = 0;
  int width = 0;  // of the residual stream
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int rotated = 0;  // of a head's values, those that rope turns
  int ffn_width = 0;
  float eps = 0;
  int window = 0;          // keys that a token sees, itself included; 0: all
  int first_windowed = 0;  // layers before it see all
  bool tied = false;       // the head is the embedding even where the checkpoint has another

  int window_of(int layer) const { return layer >= first_windowed ? window : 0; }
};

/// Throws Error kCorrupt naming file, key and value for what makes no sense, kUnsupported for what no kernel does.
DecoderConfig read_decoder_config(const formats::Checkpoint& checkpoint);

/// An integer hyper-parameter within [1, most]. Throws Error kCorrupt.
int read_count(const formats::Checkpoint& checkpoint, const std::string& key, std::int64_t most,
               std::optional<std::int64_t> otherwise = {});
/// A norm's epsilon within (0, 1).
float read_eps(const formats::Checkpoint& checkpoint, const std::string& key, std::optional<double> otherwise = {});
/// The model's name for a person.
std::string model_name(const formats::Checkpoint& checkpoint);

// No model comes near these; they keep every product of two of them far inside 64 bits.
inline constexpr std::int64_t kMostLayers = 4096;
inline constexpr std::int64_t kMostHeads = 65536;
inline constexpr std::int64_t kMostColumns = std::int64_t{1} << 24;
inline constexpr std::int64_t kMostContext = std::int64_t{1} << 30;

}  // namespace lectern::models
