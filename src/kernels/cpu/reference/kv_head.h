// One head of one token into its slot of a KV cache.
#pragma once

#include <cstdint>

#include "core/half.h"
#include "kernels/kv_cache.h"

namespace lectern::kernels::scalar {

inline void put_element(float x, DType type, std::byte* base, std::size_t index) {
  if (type == DType::kF32) {
    reinterpret_cast<float*>(base)[index] = x;
  } else {
    reinterpret_cast<std::uint16_t*>(base)[index] = type == DType::kF16 ? float_to_f16(x) : float_to_bf16(x);
  }
}

/// A token's place in a layer of the cache.
struct KvPlace {
  std::byte* layer;  // of the token's block
  int slot;          // in the block

  KvPlace(const KvCache& cache, int layer_index, std::int64_t token)
      : layer(cache.base + static_cast<std::size_t>(cache.slots[token] / cache.block_size) * cache.block_stride +
              static_cast<std::size_t>(layer_index) * cache.layer_stride),
        slot(static_cast<int>(cache.slots[token] % cache.block_size)) {}
};

inline void write_key(const KvCache& cache, DType type, const KvPlace& place, int head, const float* k) {
  const std::size_t tile = key_tile_offset(cache, head, place.slot / 16 * 16);
  for (int d = 0; d < cache.head_dim; ++d) {
    put_element(k[d], type, place.layer, tile + key_index(kv_terms(type), place.slot % 16, d));
  }
}

inline void write_value(const KvCache& cache, DType type, const KvPlace& place, int head, const float* v) {
  const std::size_t tile = value_tile_offset(cache, head, place.slot / 16 * 16);
  for (int d = 0; d < cache.head_dim; ++d) {
    put_element(v[d], type, place.layer, tile + value_index(kv_terms(type), cache.head_dim, place.slot % 16, d));
  }
}

}  // namespace lectern::kernels::scalar
