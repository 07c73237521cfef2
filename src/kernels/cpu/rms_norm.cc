#include <cmath>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

void rms_norm(const RmsNormArgs& args, Team& team) {
  const std::int64_t width = args.x.columns;
  for_rows(team, args.x.rows, width, [&](std::int64_t row) {
    const float* x = args.x.row<float>(row);
    const float squares = sum_columns(width, [&](std::int64_t i) {
      const F32x16 v = load_up_to(x + i, width - i);
      return v * v;
    });
    const F32x16 scale = broadcast(1.0f / std::sqrt(squares / static_cast<float>(width) + args.eps));
    store_columns(args.out, row, [&](std::int64_t i) {
      return load_up_to(x + i, width - i) * scale * load_up_to(args.weight + i, width - i);
    });
  });
}

LECTERN_ISA_END
