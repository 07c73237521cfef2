#include <cmath>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

void mean_pool(const MeanPoolArgs& args, Team& team) {
  const std::int64_t width = args.x.columns;
  team.parallel_for(args.out.rows, [&](std::int64_t s) {
    const std::int32_t begin = args.batch->sequence_starts[s];
    const std::int32_t end = args.batch->sequence_starts[s + 1];
    float* out = args.out.row<float>(s);
    const F32x16 share = broadcast(end > begin ? 1.0f / static_cast<float>(end - begin) : 0.0f);
    store_columns(args.out, s, [&](std::int64_t i) {
      F32x16 total = zero();
      for (std::int32_t r = begin; r < end; ++r) total = total + load_up_to(args.x.row<float>(r) + i, width - i);
      return total * share;
    });
    const float squares = sum_columns(width, [&](std::int64_t i) {
      const F32x16 v = load_up_to(out + i, width - i);
      return v * v;
    });
    const F32x16 scale = broadcast(squares > 0.0f ? 1.0f / std::sqrt(squares) : 0.0f);
    store_columns(args.out, s, [&](std::int64_t i) { return load_up_to(out + i, width - i) * scale; });
  });
}

LECTERN_ISA_END
