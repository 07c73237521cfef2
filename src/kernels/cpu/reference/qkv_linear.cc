#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/kv_head.h"
#include "kernels/cpu/reference/product.h"
#include "kernels/cpu/reference/rope_head.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void qkv_linear(const QkvLinearArgs& args, Team& team) {
  const KvCache& cache = *args.cache;
  const std::int64_t dim = cache.head_dim;
  const View x = normalized(args.x, args.norm, team);
  team.parallel_for(args.q_heads + args.k_heads + args.v_heads, [&](std::int64_t head) {
    auto values = outputs(x, args.w, args.bias, head * dim, dim);
    const int key = static_cast<int>(head) - args.q_heads;
    const int value = key - args.k_heads;
    for (std::int64_t t = 0; t < x.rows; ++t) {
      float* of_token = values.data() + t * dim;
      if (value < 0 && args.table) {
        rotate_head(of_token, args.table.row<float>(t), args.table.columns / 2, args.interleaved);
      }
      if (key < 0) {
        store_row_part(args.q, t, head * dim, dim, of_token);
      } else if (value < 0) {
        write_key(cache, args.type, KvPlace(cache, args.layer, t), key, of_token);
      } else {
        write_value(cache, args.type, KvPlace(cache, args.layer, t), value, of_token);
      }
    }
  });
}

}  // namespace lectern::kernels::scalar
