// The layout of one layer's keys and values inside a KV block, for the CPU kernels.
#pragma once

#include <cstddef>

#include "core/dtype.h"

namespace lectern::kernels {

// Keys lie transposed in tiles of 16 positions, so that 16 scores are 16 lanes and need no horizontal sum:
//   K [kv_heads][block_size / 16][head_dim][16]
//   V [kv_heads][block_size][head_dim]
// Scalar and vector targets share it.

/// Bytes of one layer in one block (K, then V).
constexpr std::size_t kv_layer_bytes(DType type, int kv_heads, int head_dim, int block_size) {
  const std::size_t element = type == DType::kF32 ? 4 : 2;
  return 2 * element * static_cast<std::size_t>(kv_heads) * static_cast<std::size_t>(head_dim) *
         static_cast<std::size_t>(block_size);
}

}  // namespace lectern::kernels
