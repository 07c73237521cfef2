#include <cmath>
#include <vector>

#include "kernels/cpu/kernels.h"

namespace lectern::kernels::scalar {

void mean_pool(const MeanPoolArgs& args, Team& team) {
  const std::int64_t width = args.x.columns;
  team.parallel_for(args.out.rows, [&](std::int64_t s) {
    const std::int32_t begin = args.batch->sequence_starts[s];
    const std::int32_t end = args.batch->sequence_starts[s + 1];
    std::vector<double> mean(static_cast<std::size_t>(width));
    for (std::int32_t r = begin; r < end; ++r) {
      const float* x = args.x.row<float>(r);
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += x[i] / static_cast<double>(end - begin);
    }
    double squares = 0;
    for (const double m : mean) squares += m * m;
    const double scale = squares > 0 ? 1.0 / std::sqrt(squares) : 0.0;
    float* out = args.out.row<float>(s);
    for (std::size_t i = 0; i < mean.size(); ++i) out[i] = static_cast<float>(mean[i] * scale);
  });
}

}  // namespace lectern::kernels::scalar
