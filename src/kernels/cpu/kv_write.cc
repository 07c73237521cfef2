#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/kv_head.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

namespace {

template <typename T>
void write_rows(const KvWriteArgs& args, Team& team) {
  const KvCache& cache = *args.cache;
  for_rows(team, args.k.rows, 2 * args.k.columns, [&](std::int64_t t) {
    const KvPlace<T> place(cache, args.layer, t);
    for (int h = 0; h < cache.kv_heads; ++h) {
      const std::int64_t column = static_cast<std::int64_t>(h) * cache.head_dim;
      write_key(cache, place, h, args.k.row<float>(t) + column);
      write_value(cache, place, h, args.v.row<float>(t) + column);
    }
  });
}

}  // namespace

void kv_write(const KvWriteArgs& args, Team& team) {
  with_element(args.type, [&]<typename T>() { write_rows<T>(args, team); });
}

LECTERN_ISA_END
