#include "models/decoder_config.h"

#include <fmt/format.h>

#include <cmath>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::models {
namespace {

using formats::Checkpoint;
using formats::CheckpointFormat;

DecoderConfig read_gguf(const Checkpoint& checkpoint) {
  const std::string prefix = checkpoint.family() + ".";
  DecoderConfig c;
  c.context_length = read_count(checkpoint, prefix + "context_length", kMostContext);
  c.layers = read_count(checkpoint, prefix + "block_count", kMostLayers);
  c.width = read_count(checkpoint, prefix + "embedding_length", kMostColumns);
  c.heads = read_count(checkpoint, prefix + "attention.head_count", kMostHeads);
  c.kv_heads = read_count(checkpoint, prefix + "attention.head_count_kv", kMostHeads, c.heads);
  c.head_dim = read_count(checkpoint, prefix + "attention.key_length", kMostColumns, c.width / c.heads);
  const int value_dim = read_count(checkpoint, prefix + "attention.value_length", kMostColumns, c.head_dim);
  if (value_dim != c.head_dim) {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: heads have keys of {} and values of {}; Lectern wants them equal.",
                            quoted(checkpoint.path()), c.head_dim, value_dim));
  }
  c.rotated = read_count(checkpoint, prefix + "rope.dimension_count", kMostColumns, c.head_dim);
  c.ffn_width = read_count(checkpoint, prefix + "feed_forward_length", kMostColumns);
  c.eps = read_eps(checkpoint, prefix + "attention.layer_norm_rms_epsilon");
  if (checkpoint.integer(prefix + "attention.sliding_window", 0) != 0) {
    c.window = read_count(checkpoint, prefix + "attention.sliding_window", kMostContext);
  }
  return c;
}

DecoderConfig read_hugging_face(const Checkpoint& checkpoint) {
  DecoderConfig c;
  c.context_length = read_count(checkpoint, "max_position_embeddings", kMostContext);
  c.layers = read_count(checkpoint, "num_hidden_layers", kMostLayers);
  c.width = read_count(checkpoint, "hidden_size", kMostColumns);
  c.heads = read_count(checkpoint, "num_attention_heads", kMostHeads);
  c.kv_heads = read_count(checkpoint, "num_key_value_heads", kMostHeads, c.heads);
  c.head_dim = read_count(checkpoint, "head_dim", kMostColumns, c.width / c.heads);
  const double part = checkpoint.number("partial_rotary_factor", 1.0);
  c.rotated = part > 0 && part <= 1 ? static_cast<int>(c.head_dim * part) : 0;
  c.ffn_width = read_count(checkpoint, "intermediate_size", kMostColumns);
  c.eps = read_eps(checkpoint, "rms_norm_eps", 1e-6);
  if (checkpoint.find_metadata("sliding_window") && checkpoint.boolean("use_sliding_window", true)) {
    c.window = read_count(checkpoint, "sliding_window", kMostContext);
    if (checkpoint.find_metadata("max_window_layers")) {
      c.first_windowed = static_cast<int>(checkpoint.integer("max_window_layers"));
    }
  }
  c.tied = checkpoint.boolean("tie_word_embeddings", false);
  const std::string activation = checkpoint.text("hidden_act", "silu");
  if (activation != "silu") {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: hidden_act is \"{}\", and this family is built with \"silu\".",
                            quoted(checkpoint.path()), activation));
  }
  return c;
}

void check(const DecoderConfig& c, const Checkpoint& checkpoint) {
  const auto refuse = [&](const std::string& problem) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: {}. Its hyper-parameters are damaged.", quoted(checkpoint.path()), problem));
  };
  if (c.head_dim < 1) refuse(fmt::format("{} heads do not fit a width of {}", c.heads, c.width));
  if (c.heads % c.kv_heads != 0) refuse(fmt::format("{} query heads cannot share {} key heads", c.heads, c.kv_heads));
  if (std::int64_t{c.heads} * c.head_dim > kMostColumns) {
    refuse(fmt::format("{} heads of {} are too wide", c.heads, c.head_dim));
  }
  if (c.rotated < 2 || c.rotated % 2 != 0 || c.rotated > c.head_dim) {
    refuse(fmt::format("rope turns {} values of heads of {}", c.rotated, c.head_dim));
  }
}

}  // namespace

DecoderConfig read_decoder_config(const Checkpoint& checkpoint) {
  DecoderConfig c =
      checkpoint.format() == CheckpointFormat::kGguf ? read_gguf(checkpoint) : read_hugging_face(checkpoint);
  check(c, checkpoint);
  if (c.window >= c.context_length) c.window = 0;
  return c;
}

int read_count(const Checkpoint& checkpoint, const std::string& key, std::int64_t most,
               std::optional<std::int64_t> otherwise) {
  const std::int64_t value = checkpoint.integer(key, otherwise);
  if (value < 1 || value > most) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{}: {} is {}, and must be from 1 to {}. The file is damaged.",
                                                 quoted(checkpoint.path()), key, value, most));
  }
  return static_cast<int>(value);
}

float read_eps(const Checkpoint& checkpoint, const std::string& key, std::optional<double> otherwise) {
  const double eps = checkpoint.number(key, otherwise);
  if (!(eps > 0 && eps < 1)) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{}: {} is {}, and must be between 0 and 1. The file is damaged.",
                                                 quoted(checkpoint.path()), key, eps));
  }
  return static_cast<float>(eps);
}

std::string model_name(const Checkpoint& checkpoint) {
  const auto path = std::filesystem::absolute(checkpoint.path()).lexically_normal();
  if (checkpoint.format() == CheckpointFormat::kGguf) {
    return to_valid_utf8(checkpoint.text("general.name", path.stem().string()));
  }
  return to_valid_utf8((path.has_filename() ? path : path.parent_path()).filename().string());
}

}  // namespace lectern::models
