#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/kv_head.h"

namespace lectern::kernels::scalar {

void kv_write(const KvWriteArgs& args, Team& team) {
  const KvCache& cache = *args.cache;
  team.parallel_for(args.k.rows, [&](std::int64_t t) {
    const KvPlace place(cache, args.layer, t);
    for (int h = 0; h < cache.kv_heads; ++h) {
      const std::int64_t column = std::int64_t{h} * cache.head_dim;
      write_key(cache, args.type, place, h, args.k.row<float>(t) + column);
      write_value(cache, args.type, place, h, args.v.row<float>(t) + column);
    }
  });
}

}  // namespace lectern::kernels::scalar
