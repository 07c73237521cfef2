#include "kernels/cpu/kernels.h"

namespace lectern::kernels::scalar {

void rope(const RopeArgs& args, Team& team) {
  const std::int64_t half = args.table.columns / 2;
  const std::int64_t step = args.interleaved ? 2 : 1;        // between the first values of two pairs
  const std::int64_t partner = args.interleaved ? 1 : half;  // from a pair's first value to its second
  team.parallel_for(args.x.rows, [&](std::int64_t t) {
    const float* cosines = args.table.row<float>(t);
    const float* sines = cosines + half;
    for (int h = 0; h < args.heads; ++h) {
      float* head = args.x.row<float>(t) + static_cast<std::int64_t>(h) * args.head_dim;
      for (std::int64_t i = 0; i < half; ++i) {
        float& a = head[i * step];
        float& b = head[i * step + partner];
        const float rotated = a * cosines[i] - b * sines[i];
        b = b * cosines[i] + a * sines[i];
        a = rotated;
      }
    }
  });
}

}  // namespace lectern::kernels::scalar
