#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/rope_head.h"

namespace lectern::kernels::scalar {

void rope(const RopeArgs& args, Team& team) {
  team.parallel_for(args.x.rows, [&](std::int64_t t) {
    for (int h = 0; h < args.heads; ++h) {
      rotate_head(args.x.row<float>(t) + static_cast<std::int64_t>(h) * args.head_dim, args.table.row<float>(t),
                  args.table.columns / 2, args.interleaved);
    }
  });
}

}  // namespace lectern::kernels::scalar
