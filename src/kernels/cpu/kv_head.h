// Where one head of one token goes in a KV cache, and how.
#pragma once

#include <cstdint>

#include "kernels/cpu/kv_element.h"
#include "kernels/kv_cache.h"

LECTERN_ISA_BEGIN

/// A token's place in a layer of the cache.
template <typename T>
struct KvPlace {
  T* layer;  // of the token's block
  int slot;  // in the block

  KvPlace(const KvCache& cache, int layer_index, std::int64_t token)
      : layer(reinterpret_cast<T*>(
            cache.base + static_cast<std::size_t>(cache.slots[token] / cache.block_size) * cache.block_stride +
            static_cast<std::size_t>(layer_index) * cache.layer_stride)),
        slot(static_cast<int>(cache.slots[token] % cache.block_size)) {}
};

/// Down a column of its tile.
template <typename T>
LECTERN_SIMD void write_key(const KvCache& cache, const KvPlace<T>& place, int head, const float* k) {
  T* key = place.layer + key_tile_offset(cache, head, place.slot / kLanes * kLanes) + place.slot % kLanes * kTerms<T>;
  for (int d = 0; d < cache.head_dim; d += kLanes) {
    T column[kLanes];
    store_element(column, load(k + d));
    for (int i = 0; i < kLanes; ++i) key[(d + i) / kTerms<T> * kTerms<T> * kLanes + i % kTerms<T>] = column[i];
  }
}

/// Into a row of its tile, or into every second element of one.
template <typename T>
LECTERN_SIMD void write_value(const KvCache& cache, const KvPlace<T>& place, int head, const float* v) {
  const int in_tile = place.slot % kLanes;
  T* value = place.layer + value_tile_offset(cache, head, place.slot - in_tile) +
             in_tile / kTerms<T> * kTerms<T> * cache.head_dim + in_tile % kTerms<T>;
  for (int d = 0; d < cache.head_dim; d += kLanes) {
    if constexpr (kTerms<T> == 1) {
      store_element(value + d, load(v + d));
    } else {
      T row[kLanes];
      store_element(row, load(v + d));
      for (int i = 0; i < kLanes; ++i) value[(d + i) * kTerms<T>] = row[i];
    }
  }
}

LECTERN_ISA_END
