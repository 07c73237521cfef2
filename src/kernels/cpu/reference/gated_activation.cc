#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/activate.h"

namespace lectern::kernels::scalar {

void gated_activation(const GatedActivationArgs& args, Team& team) {
  const std::int64_t width = args.out.columns;
  team.parallel_for(args.out.rows, [&](std::int64_t r) {
    const float* gate = args.x.row<float>(r);
    const float* up = gate + width;
    float* out = args.out.row<float>(r);
    for (std::int64_t i = 0; i < width; ++i) out[i] = activate(args.activation, gate[i]) * up[i];
  });
}

}  // namespace lectern::kernels::scalar
