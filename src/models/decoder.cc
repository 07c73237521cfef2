#include "models/decoder.h"

#include <cmath>

#include "models/decoder_config.h"
#include "models/rope_frequencies.h"
#include "models/weights.h"

namespace lectern::models {

using graph::Activation;
using graph::Graph;
using graph::Value;
using graph::Weight;

Model build_decoder(const formats::Checkpoint& checkpoint, const DecoderVariant& variant) {
  const DecoderConfig c = read_decoder_config(checkpoint);
  const RopeFrequencies frequencies = rope_frequencies(checkpoint, c);
  const Weights weights(checkpoint);
  const std::int64_t vocabulary = weights.rows_of("embedding");

  // Interleaved heads are put back in order here where whole heads turn, so that one rope serves both formats; where
  // only a part of a head turns, it turns interleaved.
  const bool interleaved_rows =
      variant.gguf_interleaves_heads && checkpoint.format() == formats::CheckpointFormat::kGguf;
  const bool interleaved_rope = interleaved_rows && c.rotated != c.head_dim;
  const auto halves = [&](const Weight& weight, int heads) {
    return interleaved_rows && !interleaved_rope ? weight.regroup(heads, c.head_dim / 2, 2) : weight;
  };

  Graph g;
  const auto projection = [&](Value x, const Weights& w, const char* role, int rows) {
    return g.linear(x, w.matrix(role, rows, x.columns), w.optional_bias(role, rows));
  };
  const auto qkv_bias = [&](const Weights& w, const char* role, int rows) {
    return variant.has_qkv_biases ? w.bias(role, rows) : w.optional_bias(role, rows);
  };
  const Value rotary =
      g.rotary_table(Weight::values("rope_frequencies", frequencies.values), frequencies.attention_factor);
  const auto rotated_projection = [&](Value x, const Weights& w, const char* role, int heads) {
    const int rows = heads * c.head_dim;
    std::optional<Weight> bias = qkv_bias(w, role, rows);
    if (bias) bias = halves(*bias, heads);
    const Value projected = g.linear(x, halves(w.matrix(role, rows, x.columns), heads), bias);
    return g.rope(projected, rotary, {heads, c.head_dim, interleaved_rope});
  };

  const Weight embedding = weights.matrix("embedding", vocabulary, c.width);
  Value h = g.embedding(embedding);
  for (int layer = 0; layer < c.layers; ++layer) {
    const Weights w = weights.layer(layer);
    Value x = g.rms_norm(h, w.vector("attention_norm", c.width), c.eps);
    const Value q = rotated_projection(x, w, "query", c.heads);
    const Value k = rotated_projection(x, w, "key", c.kv_heads);
    const int v_rows = c.kv_heads * c.head_dim;
    const Value v = g.linear(x, w.matrix("value", v_rows, x.columns), qkv_bias(w, "value", v_rows));
    const Value attended = g.attention(q, k, v,
                                       {.heads = c.heads,
                                        .kv_heads = c.kv_heads,
                                        .head_dim = c.head_dim,
                                        .window = c.window_of(layer),
                                        .scale = 1 / std::sqrt(static_cast<float>(c.head_dim))});
    h = g.add(h, projection(attended, w, "attention_output", c.width));

    x = g.rms_norm(h, w.vector("ffn_norm", c.width), c.eps);
    const Value gate = projection(x, w, "ffn_gate", c.ffn_width);
    const Value up = projection(x, w, "ffn_up", c.ffn_width);
    h = g.add(h, projection(g.gate(gate, up, Activation::kSilu), w, "ffn_down", c.width));
  }
  h = g.rms_norm(g.gather_outputs(h), weights.vector("output_norm", c.width), c.eps);
  const bool tied = c.tied || !weights.has("output");
  g.set_result(g.linear(h, tied ? embedding : weights.matrix("output", vocabulary, c.width)));

  return {{.family = variant.family,
           .name = model_name(checkpoint),
           .generates = true,
           .context_length = c.context_length,
           .vocabulary_size = static_cast<int>(vocabulary),
           .embedding_size = c.width,
           .layers = c.layers},
          std::move(g)};
}

}  // namespace lectern::models
