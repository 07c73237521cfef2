#include <cmath>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

void layer_norm(const LayerNormArgs& args, Team& team) {
  const std::int64_t width = args.x.columns;
  const auto count = static_cast<float>(width);
  for_rows(team, args.x.rows, width, [&](std::int64_t row) {
    const float* x = args.x.row<float>(row);
    const float total = sum_columns(width, [&](std::int64_t i) { return load_up_to(x + i, width - i); });
    const F32x16 mean = broadcast(total / count);
    const float squares = sum_columns(width, [&](std::int64_t i) {
      const std::int64_t left = width - i;
      const F32x16 d = load_up_to(x + i, left) - mean;
      return left >= kLanes ? d * d : first_or(d * d, static_cast<int>(left), zero());
    });
    const F32x16 scale = broadcast(1.0f / std::sqrt(squares / count + args.eps));
    store_columns(args.out, row, [&](std::int64_t i) {
      const std::int64_t left = width - i;
      return fma((load_up_to(x + i, left) - mean) * scale, load_up_to(args.weight + i, left),
                 load_up_to(args.bias + i, left));
    });
  });
}

LECTERN_ISA_END
