// BERT (Devlin et al. 2018) as a sentence encoder: the mean of its last layer, normalised (Reimers and Gurevych 2019).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/paths.h"
#include "lectern/error.h"
#include "models/decoder_config.h"
#include "models/registry.h"
#include "models/weights.h"

namespace lectern::models {
namespace {

using formats::Checkpoint;
using formats::CheckpointFormat;
using graph::Activation;
using graph::Graph;
using graph::Ids;
using graph::Value;

struct EncoderConfig {
  int context_length = 0;
  int layers = 0;
  int width = 0;
  int heads = 0;
  int ffn_width = 0;
  float eps = 0;
  Activation activation = Activation::kGelu;
};

Activation activation_named(const Checkpoint& checkpoint, const std::string& name) {
  if (name == "gelu") return Activation::kGelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Activation::kGeluTanh;
  if (name == "silu") return Activation::kSilu;
  throw Error(ErrorCode::kUnsupported, fmt::format("{}: hidden_act is \"{}\"; gelu, gelu_new and silu are known.",
                                                   quoted(checkpoint.path()), to_valid_utf8(name)));
}

// A JSON object beside the weights; null where there is none.
nlohmann::json read_side(const Checkpoint& checkpoint, const std::string& name) {
  const std::string text = checkpoint.side_file(name);
  if (text.empty()) return {};
  auto config = nlohmann::json::parse(text, nullptr, false);
  if (!config.is_object()) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{} is not a JSON object. The file is damaged.", quoted(checkpoint.path() / name)));
  }
  return config;
}

// How many tokens the sentence encoder was trained to read, where sentence-transformers says so.
std::optional<std::int64_t> sentence_length(const Checkpoint& checkpoint) {
  const auto config = read_side(checkpoint, "sentence_bert_config.json");
  const auto length = config.find("max_seq_length");
  if (length == config.end() || !length->is_number_integer()) return {};
  return length->get<std::int64_t>();
}

bool pools_by_mean(const Checkpoint& checkpoint) {
  constexpr std::int64_t kMean = 1;  // as GGUF numbers them
  if (checkpoint.format() == CheckpointFormat::kGguf) return checkpoint.integer("bert.pooling_type", kMean) == kMean;
  const auto config = read_side(checkpoint, "1_Pooling/config.json");
  const auto mean = config.find("pooling_mode_mean_tokens");
  return mean == config.end() || *mean == true;
}

EncoderConfig read_config(const Checkpoint& checkpoint) {
  const bool gguf = checkpoint.format() == CheckpointFormat::kGguf;
  const auto key = [&](const char* in_gguf, const char* in_hugging_face) {
    return gguf ? checkpoint.family() + "." + in_gguf : std::string(in_hugging_face);
  };
  EncoderConfig c;
  c.context_length = read_count(checkpoint, key("context_length", "max_position_embeddings"), kMostColumns);
  c.layers = read_count(checkpoint, key("block_count", "num_hidden_layers"), kMostLayers);
  c.width = read_count(checkpoint, key("embedding_length", "hidden_size"), kMostColumns);
  c.heads = read_count(checkpoint, key("attention.head_count", "num_attention_heads"), kMostHeads);
  c.ffn_width = read_count(checkpoint, key("feed_forward_length", "intermediate_size"), kMostColumns);
  c.eps = read_eps(checkpoint, key("attention.layer_norm_epsilon", "layer_norm_eps"), 1e-12);
  if (c.width % c.heads != 0) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{}: {} heads do not divide a width of {}. The file is damaged.",
                                                 quoted(checkpoint.path()), c.heads, c.width));
  }
  if (!pools_by_mean(checkpoint)) {
    throw Error(ErrorCode::kUnsupported, fmt::format("{} pools its tokens otherwise than by their mean, which is all "
                                                     "that Lectern does.",
                                                     quoted(checkpoint.path())));
  }
  if (!gguf) c.activation = activation_named(checkpoint, checkpoint.text("hidden_act", "gelu"));
  return c;
}

}  // namespace

Model build_bert(const Checkpoint& checkpoint) {
  const EncoderConfig c = read_config(checkpoint);
  const Weights weights(checkpoint);
  const std::int64_t vocabulary = weights.rows_of("embedding");
  const std::int64_t segments = weights.rows_of("segment_embedding");

  Graph g;
  const auto linear = [&](Value x, const Weights& w, const char* role, int rows) {
    return g.linear(x, w.matrix(role, rows, x.columns), w.bias(role, rows));
  };
  const auto norm = [&](Value x, const Weights& w, const char* role) {
    return g.layer_norm(x, w.vector(role, c.width), w.bias(role, c.width), c.eps);
  };

  Value h = g.embedding(weights.matrix("embedding", vocabulary, c.width));
  h = g.add(h, g.embedding(weights.matrix("position_embedding", c.context_length, c.width), Ids::kPositions));
  h = g.add(h, g.embedding(weights.matrix("segment_embedding", segments, c.width), Ids::kZeros));
  h = norm(h, weights, "embedding_norm");
  for (int layer = 0; layer < c.layers; ++layer) {
    const Weights w = weights.layer(layer);
    const Value q = linear(h, w, "query", c.width);
    const Value k = linear(h, w, "key", c.width);
    const Value v = linear(h, w, "value", c.width);
    const int head_dim = c.width / c.heads;
    const Value attended =
        g.encoder_attention(q, k, v, {c.heads, head_dim, 1 / std::sqrt(static_cast<float>(head_dim))});
    h = norm(g.add(h, linear(attended, w, "attention_output", c.width)), w, "attention_output_norm");
    const Value up = g.activation(linear(h, w, "ffn_up", c.ffn_width), c.activation);
    h = norm(g.add(h, linear(up, w, "ffn_down", c.width)), w, "layer_output_norm");
  }
  g.set_result(g.mean_pool(h));

  const std::int64_t length =
      std::clamp<std::int64_t>(sentence_length(checkpoint).value_or(c.context_length), 1, c.context_length);
  return {{.family = "bert",
           .name = model_name(checkpoint),
           .generates = false,
           .context_length = static_cast<int>(length),
           .vocabulary_size = static_cast<int>(vocabulary),
           .embedding_size = c.width,
           .layers = c.layers},
          std::move(g)};
}

}  // namespace lectern::models
