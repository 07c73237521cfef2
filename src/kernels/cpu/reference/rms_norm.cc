#include <cmath>

#include "kernels/cpu/kernels.h"

namespace lectern::kernels::scalar {

void rms_norm(const RmsNormArgs& args, Team& team) {
  const std::int64_t width = args.x.columns;
  team.parallel_for(args.x.rows, [&](std::int64_t r) {
    const float* x = args.x.row<float>(r);
    float* out = args.out.row<float>(r);
    double squares = 0;
    for (std::int64_t i = 0; i < width; ++i) squares += static_cast<double>(x[i]) * x[i];
    const auto scale = static_cast<float>(1.0 / std::sqrt(squares / static_cast<double>(width) + args.eps));
    for (std::int64_t i = 0; i < width; ++i) out[i] = x[i] * scale * args.weight[i];
  });
}

}  // namespace lectern::kernels::scalar
