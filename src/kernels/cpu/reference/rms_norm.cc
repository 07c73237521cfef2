#include <cmath>
#include <vector>

#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void rms_norm(const RmsNormArgs& args, Team& team) {
  const std::int64_t width = args.x.columns;
  team.parallel_for(args.x.rows, [&](std::int64_t r) {
    const float* x = args.x.row<float>(r);
    std::vector<float> out(static_cast<std::size_t>(width));
    double squares = 0;
    for (std::int64_t i = 0; i < width; ++i) squares += static_cast<double>(x[i]) * x[i];
    const auto scale = static_cast<float>(1.0 / std::sqrt(squares / static_cast<double>(width) + args.eps));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = x[i] * scale * args.weight[i];
    store_row(args.out, r, out.data());
  });
}

}  // namespace lectern::kernels::scalar
