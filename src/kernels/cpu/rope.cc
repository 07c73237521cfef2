#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

namespace {

// Plain loops, without sums: the compiler makes vectors of them, and each value is rounded alike in any lane.
void rotate_halves(float* __restrict a, float* __restrict b, const float* table, std::int64_t half) {
  for (std::int64_t i = 0; i < half; ++i) {
    const float x = a[i];
    const float y = b[i];
    a[i] = x * table[i] - y * table[half + i];
    b[i] = y * table[i] + x * table[half + i];
  }
}

void rotate_pairs(float* __restrict head, const float* table, std::int64_t half) {
  for (std::int64_t i = 0; i < half; ++i) {
    const float x = head[2 * i];
    const float y = head[2 * i + 1];
    head[2 * i] = x * table[i] - y * table[half + i];
    head[2 * i + 1] = y * table[i] + x * table[half + i];
  }
}

}  // namespace

void rope(const RopeArgs& args, Team& team) {
  const std::int64_t half = args.table.columns / 2;
  for_rows(team, args.x.rows, args.x.columns, [&](std::int64_t t) {
    const float* table = args.table.row<float>(t);
    for (int h = 0; h < args.heads; ++h) {
      float* head = args.x.row<float>(t) + static_cast<std::int64_t>(h) * args.head_dim;
      if (args.interleaved) {
        rotate_pairs(head, table, half);
      } else {
        rotate_halves(head, head + half, table, half);
      }
    }
  });
}

LECTERN_ISA_END
