// The CPU kernels of every instruction set: cpu/NAME.cc defines NAME in avx2 and avx512, cpu/reference/NAME.cc in
// scalar.
#pragma once

#include "core/worker_pool.h"
#include "kernels/ops.h"

// name, arguments; in the order of enum Op.
#define LECTERN_KERNELS(X)                   \
  X(embedding, EmbeddingArgs)                \
  X(rms_norm, RmsNormArgs)                   \
  X(layer_norm, LayerNormArgs)               \
  X(linear, LinearArgs)                      \
  X(rotary_table, RotaryTableArgs)           \
  X(rope, RopeArgs)                          \
  X(kv_write, KvWriteArgs)                   \
  X(attention, AttentionArgs)                \
  X(encoder_attention, EncoderAttentionArgs) \
  X(gated_activation, GatedActivationArgs)   \
  X(activation, ActivationArgs)              \
  X(add, AddArgs)                            \
  X(gather_rows, GatherRowsArgs)             \
  X(quantize, QuantizeArgs)                  \
  X(mean_pool, MeanPoolArgs)                 \
  X(gated_linear, GatedLinearArgs)           \
  X(qkv_linear, QkvLinearArgs)               \
  X(activated_linear, ActivatedLinearArgs)

#define LECTERN_DECLARE_KERNEL(kernel, Args) void kernel(const Args& args, Team& team);

namespace lectern::kernels::scalar {
LECTERN_KERNELS(LECTERN_DECLARE_KERNEL)
}
namespace lectern::kernels::avx2 {
LECTERN_KERNELS(LECTERN_DECLARE_KERNEL)
}
namespace lectern::kernels::avx512 {
LECTERN_KERNELS(LECTERN_DECLARE_KERNEL)
}

namespace lectern::kernels::avx512_bf16 {  // the others are avx512's
LECTERN_DECLARE_KERNEL(attention, AttentionArgs)
LECTERN_DECLARE_KERNEL(encoder_attention, EncoderAttentionArgs)
}  // namespace lectern::kernels::avx512_bf16

#undef LECTERN_DECLARE_KERNEL
