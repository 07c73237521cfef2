#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/kv_element.h"
#include "kernels/cpu/row_loop.h"
#include "kernels/kv_cache.h"

LECTERN_ISA_BEGIN

namespace {

// One head's key goes down a column of its tile, its value into a row.
template <typename T>
void write_head(const float* k, const float* v, int head_dim, T* key, T* value) {
  for (int d = 0; d < head_dim; d += kLanes) {
    T column[kLanes];
    store_element(column, load(k + d));
    for (int i = 0; i < kLanes; ++i) key[(d + i) * kLanes] = column[i];
    store_element(value + d, load(v + d));
  }
}

template <typename T>
void write_rows(const KvWriteArgs& args, Team& team) {
  const KvCache& cache = *args.cache;
  for_rows(team, args.k.rows, 2 * args.k.columns, [&](std::int64_t t) {
    const std::int64_t block = cache.slots[t] / cache.block_size;
    const int slot = static_cast<int>(cache.slots[t] % cache.block_size);
    T* base = reinterpret_cast<T*>(cache.base + static_cast<std::size_t>(block) * cache.block_stride +
                                   static_cast<std::size_t>(args.layer) * cache.layer_stride);
    for (int h = 0; h < cache.kv_heads; ++h) {
      const std::int64_t column = static_cast<std::int64_t>(h) * cache.head_dim;
      T* key = base + key_tile_offset(cache, h, slot / kLanes * kLanes) + slot % kLanes;
      write_head(args.k.row<float>(t) + column, args.v.row<float>(t) + column, cache.head_dim, key,
                 base + value_offset(cache, h, slot));
    }
  });
}

}  // namespace

void kv_write(const KvWriteArgs& args, Team& team) {
  with_element(args.type, [&]<typename T>() { write_rows<T>(args, team); });
}

LECTERN_ISA_END
