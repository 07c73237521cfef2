#include <cmath>
#include <vector>

#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void layer_norm(const LayerNormArgs& args, Team& team) {
  const std::int64_t width = args.x.columns;
  team.parallel_for(args.x.rows, [&](std::int64_t r) {
    const float* x = args.x.row<float>(r);
    std::vector<float> out(static_cast<std::size_t>(width));
    double total = 0;
    for (std::int64_t i = 0; i < width; ++i) total += x[i];
    const double mean = total / static_cast<double>(width);
    double squares = 0;
    for (std::int64_t i = 0; i < width; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const double scale = 1.0 / std::sqrt(squares / static_cast<double>(width) + args.eps);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<float>((x[i] - mean) * scale) * args.weight[i] + args.bias[i];
    }
    store_row(args.out, r, out.data());
  });
}

}  // namespace lectern::kernels::scalar
