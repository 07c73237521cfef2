#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/kv_head.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/rope_head.h"
#include "kernels/cpu/row_store.h"

LECTERN_ISA_BEGIN

namespace {

/// What becomes of one head of one token.
template <typename T>
void finish_head(const QkvLinearArgs& args, int head, std::int64_t token, float* values) {
  const KvCache& cache = *args.cache;
  const int key = head - args.q_heads;
  const int value = key - args.k_heads;
  if (value < 0 && args.table) {
    rotate_head(values, args.table.row<float>(token), args.table.columns / 2, args.interleaved);
  }
  if (key < 0) {
    store_row_part(args.q, token, std::int64_t{head} * cache.head_dim, cache.head_dim, values);
    return;
  }
  const KvPlace<T> place(cache, args.layer, token);
  if (value < 0) {
    write_key(cache, place, key, values);
  } else {
    write_value(cache, place, value, values);
  }
}

}  // namespace

void qkv_linear(const QkvLinearArgs& args, Team& team) {
  if (args.x.rows == 0) return;
  const Product product{normalized(args.x, args.norm, team), args.w, args.bias};
  const std::int64_t head_panels = args.cache->head_dim / kPanelRows;
  with_element(args.type, [&]<typename T>() {
    multiply_units(
        product, head_panels, team, [&](std::int64_t head, std::int64_t i) { return head * head_panels + i; },
        [&](std::int64_t head, std::int64_t token, float* values) {
          finish_head<T>(args, static_cast<int>(head), token, values);
        });
  });
}

LECTERN_ISA_END
