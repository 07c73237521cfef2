#include "kernels/cpu/kernels.h"

namespace lectern::kernels::scalar {

void add(const AddArgs& args, Team& team) {
  team.parallel_for(args.out.rows, [&](std::int64_t r) {
    const float* a = args.a.row<float>(r);
    const float* b = args.b.row<float>(r);
    float* out = args.out.row<float>(r);
    for (std::int64_t i = 0; i < args.out.columns; ++i) out[i] = a[i] + b[i];
  });
}

}  // namespace lectern::kernels::scalar
