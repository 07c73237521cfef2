// The layout of one layer's keys and values inside a KV block, for the CPU kernels.
#pragma once

#include <cstddef>

#include "core/dtype.h"
#include "kernels/batch.h"

namespace lectern::kernels {

// Keys lie transposed in tiles of 16 positions, so that 16 scores are 16 lanes and need no horizontal sum:
//   K [kv_heads][block_size / 16][head_dim][16]
//   V [kv_heads][block_size][head_dim]
// In BF16 two neighbours along a sum, of which one instruction adds both products, share a lane:
//   K [kv_heads][block_size / 16][head_dim / 2][16][2]
//   V [kv_heads][block_size / 2][head_dim][2]
// Scalar and vector targets share it.

/// Bytes of one layer in one block (K, then V).
constexpr std::size_t kv_layer_bytes(DType type, int kv_heads, int head_dim, int block_size) {
  const std::size_t element = type == DType::kF32 ? 4 : 2;
  return 2 * element * static_cast<std::size_t>(kv_heads) * static_cast<std::size_t>(head_dim) *
         static_cast<std::size_t>(block_size);
}

// All count elements. The first two from the start of the layer's part of a block.

/// Of the tile of keys that begins at `slot` of the block, a multiple of 16.
constexpr std::size_t key_tile_offset(const KvCache& cache, int kv_head, int slot) {
  return (static_cast<std::size_t>(kv_head) * static_cast<std::size_t>(cache.block_size) +
          static_cast<std::size_t>(slot)) *
         static_cast<std::size_t>(cache.head_dim);
}

/// Of the tile of values that begins at `slot` of the block, a multiple of 16.
constexpr std::size_t value_tile_offset(const KvCache& cache, int kv_head, int slot) {
  return key_tile_offset(cache, cache.kv_heads, 0) + key_tile_offset(cache, kv_head, slot);
}

/// Neighbours along a sum that share a lane.
constexpr int kv_terms(DType type) { return type == DType::kBF16 ? 2 : 1; }

/// Of dimension `d` of the tile's key `i`, in the tile.
constexpr std::size_t key_index(int terms, int i, int d) {
  return static_cast<std::size_t>(d / terms * terms * 16 + i * terms + d % terms);
}

/// Of dimension `d` of the tile's value `i`, in the tile.
constexpr std::size_t value_index(int terms, int head_dim, int i, int d) {
  return static_cast<std::size_t>(i / terms * terms * head_dim + d * terms + i % terms);
}

}  // namespace lectern::kernels
