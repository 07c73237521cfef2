#include <algorithm>

#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/product.h"

namespace lectern::kernels::scalar {

void linear(const LinearArgs& args, Team& team) {
  constexpr std::int64_t kChunk = 16;  // outputs of one work item
  const View x = normalized(args.x, args.norm, team);
  team.parallel_for((args.w.rows + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    const std::int64_t first = chunk * kChunk;
    const std::int64_t count = std::min(kChunk, args.w.rows - first);
    const auto y = outputs(x, args.w, args.bias, first, count);
    for (std::int64_t row = 0; row < args.out.rows; ++row) {
      for (std::int64_t i = 0; i < count; ++i) {
        const float residual = args.residual ? args.residual.row<const float>(row)[first + i] : 0.0f;
        args.out.row<float>(row)[first + i] = y[static_cast<std::size_t>(row * count + i)] + residual;
      }
    }
  });
}

}  // namespace lectern::kernels::scalar
