#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/activate.h"

namespace lectern::kernels::scalar {

void activation(const ActivationArgs& args, Team& team) {
  team.parallel_for(args.out.rows, [&](std::int64_t r) {
    const float* x = args.x.row<float>(r);
    float* out = args.out.row<float>(r);
    for (std::int64_t i = 0; i < args.out.columns; ++i) out[i] = activate(args.activation, x[i]);
  });
}

}  // namespace lectern::kernels::scalar
