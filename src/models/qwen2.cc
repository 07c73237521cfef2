// Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on queries, keys and values.
#include <cmath>

#include "models/decoder_config.h"
#include "models/registry.h"
#include "models/rope_frequencies.h"
#include "models/weights.h"

namespace lectern::models {

using graph::Activation;
using graph::Graph;
using graph::Value;
using graph::Weight;

Model build_qwen2(const formats::Checkpoint& checkpoint) {
  const DecoderConfig c = read_decoder_config(checkpoint);
  const RopeFrequencies frequencies = rope_frequencies(checkpoint, c);
  const Weights weights(checkpoint);
  const std::int64_t vocabulary = weights.rows_of("embedding");

  Graph g;
  const auto biased = [&](Value x, const Weights& w, const char* role, int heads) {
    const int rows = heads * c.head_dim;
    return g.linear(x, w.matrix(role, rows, x.columns), w.bias(role, rows));
  };
  const auto plain = [&](Value x, const Weights& w, const char* role, int rows) {
    return g.linear(x, w.matrix(role, rows, x.columns));
  };
  const Value rotary =
      g.rotary_table(Weight::values("rope_frequencies", frequencies.values), frequencies.attention_factor);

  const Weight embedding = weights.matrix("embedding", vocabulary, c.width);
  Value h = g.embedding(embedding);
  for (int layer = 0; layer < c.layers; ++layer) {
    const Weights w = weights.layer(layer);
    Value x = g.rms_norm(h, w.vector("attention_norm", c.width), c.eps);
    const Value q = g.rope(biased(x, w, "query", c.heads), rotary, {c.heads, c.head_dim});
    const Value k = g.rope(biased(x, w, "key", c.kv_heads), rotary, {c.kv_heads, c.head_dim});
    const Value v = biased(x, w, "value", c.kv_heads);
    const Value attended = g.attention(q, k, v,
                                       {.heads = c.heads,
                                        .kv_heads = c.kv_heads,
                                        .head_dim = c.head_dim,
                                        .window = c.window_of(layer),
                                        .scale = 1 / std::sqrt(static_cast<float>(c.head_dim))});
    h = g.add(h, plain(attended, w, "attention_output", c.width));

    x = g.rms_norm(h, w.vector("ffn_norm", c.width), c.eps);
    const Value gate = plain(x, w, "ffn_gate", c.ffn_width);
    const Value up = plain(x, w, "ffn_up", c.ffn_width);
    h = g.add(h, plain(g.gate(gate, up, Activation::kSilu), w, "ffn_down", c.width));
  }
  h = g.rms_norm(g.gather_outputs(h), weights.vector("output_norm", c.width), c.eps);
  const bool tied = c.tied || !weights.has("output");
  g.set_result(g.linear(h, tied ? embedding : weights.matrix("output", vocabulary, c.width)));

  return {{.family = "qwen2",
           .name = model_name(checkpoint),
           .generates = true,
           .context_length = c.context_length,
           .vocabulary_size = static_cast<int>(vocabulary),
           .embedding_size = c.width,
           .layers = c.layers},
          std::move(g)};
}

}  // namespace lectern::models
