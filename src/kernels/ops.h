// The arguments of every kernel. A kernel is a pure function of its views: it owns no memory and keeps no state.
// An output of type kI8G32 is quantized row by row as it is written; that is how a linear's input is fused into the op
// before it. Each output row depends on its own inputs alone, whatever else is in the batch, on however many workers.
#pragma once

#include <cstdint>

#include "core/view.h"
#include "kernels/batch.h"
#include "kernels/packed_matrix.h"

namespace lectern::kernels {

/// out[t] = table row ids[t], as F32.
struct EmbeddingArgs {
  const std::int32_t* ids;  // [tokens]; null: row 0 for every token (segment ids of an encoder)
  PackedMatrix table;       // [vocabulary, width]
  bool plain;               // its rows lie one after another, as in a checkpoint, and not in panels
  View out;                 // [tokens, width]
};

/// out = x / sqrt(mean(x²) + eps) * weight (Zhang and Sennrich 2019).
struct RmsNormArgs {
  View x;               // F32 [rows, width]
  const float* weight;  // [width]
  float eps;
  View out;  // F32 or kI8G32
};

/// out = (x - mean) / sqrt(variance + eps) * weight + bias.
struct LayerNormArgs {
  View x;
  const float* weight;
  const float* bias;
  float eps;
  View out;  // F32 or kI8G32; may be x itself
};

/// What a matrix may do to its rows first: x / sqrt(mean(x²) + eps) * weight, as rms_norm does it.
struct RowNorm {
  const float* weight = nullptr;  // [columns of x]; null: the rows are taken as they are
  float eps = 0;
  View room;  // [rows, columns of x] of type activation_type(w), for the normalized rows; a small batch leaves it alone
};

/// out = norm(x) Wᵀ + bias + residual.
struct LinearArgs {
  View x;  // [rows, columns of w], of type activation_type(w), or F32 where there is a norm
  PackedMatrix w;
  const float* bias;  // [rows of w] or null
  View residual;      // F32 [rows, rows of w] or empty; may be `out` itself
  View out;           // F32
  RowNorm norm = {};
};

enum class Activation { kSilu, kGelu, kGeluTanh };

/// out = act(gate) * up, where gate and up are the halves of norm(x) Wᵀ + bias.
struct GatedLinearArgs {
  View x;          // as linear's
  PackedMatrix w;  // [2 width, columns]: the rows that make the gate, then the others; width a multiple of 32
  const float* bias;
  Activation activation;
  View out;  // F32 or kI8G32 [rows, width]
  RowNorm norm = {};
};

/// out = act(norm(x) Wᵀ + bias).
struct ActivatedLinearArgs {
  View x;          // as linear's
  PackedMatrix w;  // [width, columns]; width a multiple of 32
  const float* bias;
  Activation activation;
  View out;  // F32 or kI8G32 [rows, width]
  RowNorm norm = {};
};

/// table[t] = cos and sin of positions[t] * frequency[i], times `attention_factor`: [cos × half, sin × half].
struct RotaryTableArgs {
  const std::int32_t* positions;  // [tokens]
  const float* frequencies;       // [half]: radians a position, any scaling of the model's already in them
  int half;
  float attention_factor;  // YaRN's; 1 elsewhere
  View out;                // F32 [tokens, 2 half]
};

/// Rotates the first 2 × half values of each head in place (Su et al. 2021).
struct RopeArgs {
  View x;      // F32 [tokens, heads * head_dim]
  View table;  // from rotary_table
  int heads;
  int head_dim;
  bool interleaved;  // pairs (2i, 2i + 1), as GGUF stores the llama family; else (i, i + half)
};

/// Writes keys and values of this step's tokens into their slots, converted to the cache's type.
struct KvWriteArgs {
  View k, v;  // F32 [tokens, kv_heads * head_dim]
  const KvCache* cache;
  int layer;   // in its group
  DType type;  // of the cache: kF16, kBF16 or kF32
};

/// norm(x) Wᵀ + bias, cut into heads: queries, then keys, then values, as far as the matrix has them. Queries and keys
/// are rotated as rope does it; queries go to `q`, keys and values into their slots of the cache. The cache's head_dim
/// is a multiple of 16.
struct QkvLinearArgs {
  View x;          // as linear's
  PackedMatrix w;  // [heads * head_dim, columns]
  const float* bias;
  RowNorm norm;
  int q_heads, k_heads, v_heads;  // of keys and of values all of the cache's or none
  View table;                     // from rotary_table; empty: nothing is rotated
  bool interleaved;
  const KvCache* cache;
  int layer;
  DType type;  // of the cache
  View q;      // F32 [tokens, q_heads * head_dim]; empty where there are none
};

/// Whether `target` has attention for heads of this dimension.
constexpr bool can_attend(Isa target, std::int64_t head_dim) {
  return head_dim >= 1 && head_dim <= 256 && (target == Isa::kScalar || head_dim % 16 == 0);
}

/// Causal attention of each token over its sequence's keys, itself included, through the block tables. Query head h
/// reads KV head h / (heads / kv_heads). Keys are taken in splits of 256 positions, merged in order. The vector kernels
/// want a head_dim that is a multiple of 16, at most 256.
struct AttentionArgs {
  View q;  // F32 [tokens, heads * head_dim]
  const KvCache* cache;
  int layer;
  DType type;
  const Batch* batch;
  int heads;
  int window;   // keys that a token sees, itself included; 0: all before it
  float scale;  // of the scores
  View out;  // F32 [tokens, heads * head_dim], or kI8G32 where head_dim is a multiple of 32: each head writes its part
};

/// Attention of each token over all tokens of its sequence, both ways (an encoder's). The vector kernels want a
/// head_dim that is a multiple of 16, at most 256.
struct EncoderAttentionArgs {
  View q, k, v;  // F32 [tokens, heads * head_dim]
  const Batch* batch;
  int heads;
  int head_dim;
  float scale;
  View out;  // F32, or kI8G32 where head_dim is a multiple of 32
};

/// out = act(x[:, 0:width]) * x[:, width:2 width].
struct GatedActivationArgs {
  View x;  // F32 [rows, 2 width]
  Activation activation;
  View out;  // F32 or kI8G32 [rows, width]
};

/// out = act(x).
struct ActivationArgs {
  View x;
  Activation activation;
  View out;  // F32 or kI8G32
};

/// out = a + b.
struct AddArgs {
  View a, b;
  View out;  // F32 or kI8G32; may be a or b
};

/// out[i] = x[rows[i]].
struct GatherRowsArgs {
  View x;                    // F32
  const std::int32_t* rows;  // [rows of out]
  View out;                  // F32 or kI8G32
};

/// out = x in another form: F32 to kI8G32.
struct QuantizeArgs {
  View x;
  View out;
};

/// out[s] = mean of the rows of sequence s, scaled to length 1.
struct MeanPoolArgs {
  View x;  // F32 [tokens, width]
  const Batch* batch;
  View out;  // F32 [sequences, width]
};

}  // namespace lectern::kernels
