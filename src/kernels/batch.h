// What one step works on, as plain arrays that could be uploaded to any device.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lectern::kernels {

/// Rows are tokens. The tokens of a sequence are adjacent rows, in order.
struct Batch {
  int tokens = 0;  // rows
  int sequences = 0;
  const std::int32_t* token_ids = nullptr;        // [tokens]
  const std::int32_t* positions = nullptr;        // [tokens], of each token in its sequence, from 0
  const std::int32_t* sequence_starts = nullptr;  // [sequences + 1], the first row of each sequence
  int outputs = 0;
  const std::int32_t* output_rows = nullptr;  // [outputs], the rows whose logits are wanted
};

/// The keys and values of one KV group in this step. Block b of layer l of the group begins at
/// base + b * block_stride + l * layer_stride; its inner layout belongs to the kernels of the device
/// (kernels/kv_cache.h).
struct KvCache {
  std::byte* base = nullptr;
  std::size_t block_stride = 0;
  std::size_t layer_stride = 0;
  int block_size = 0;  // tokens, a multiple of 16
  int kv_heads = 0;
  int head_dim = 0;
  const std::int32_t* block_tables = nullptr;  // [sequences, table_width]: block of positions [i, i + 1) * block_size
  int table_width = 0;                         // blocks behind a window hold -1 and are never read
  const std::int64_t* slots = nullptr;         // [tokens], block * block_size + offset: where each token's row goes
};

}  // namespace lectern::kernels
