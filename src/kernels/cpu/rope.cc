#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/rope_head.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

void rope(const RopeArgs& args, Team& team) {
  for_rows(team, args.x.rows, args.x.columns, [&](std::int64_t t) {
    for (int h = 0; h < args.heads; ++h) {
      rotate_head(args.x.row<float>(t) + static_cast<std::int64_t>(h) * args.head_dim, args.table.row<float>(t),
                  args.table.columns / 2, args.interleaved);
    }
  });
}

LECTERN_ISA_END
