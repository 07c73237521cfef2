#include <algorithm>
#include <array>
#include <vector>

#include "kernels/cpu/dequantize.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"

LECTERN_ISA_BEGIN

namespace {

// Sixteen partial sums, added as the vector kernels add lanes: the compiler may vectorize them, and long sums lose
// less.
float dot(const float* a, const float* b, std::int64_t n) {
  std::array<float, 16> part{};
  std::int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    for (std::int64_t lane = 0; lane < 16; ++lane) part[static_cast<std::size_t>(lane)] += a[i + lane] * b[i + lane];
  }
  for (std::size_t lane = 0; i < n; ++i, ++lane) part[lane] += a[i] * b[i];
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) part[lane] += part[lane + half];
  }
  return part[0];
}

// Column n of the output, for every row of x. `weights` has the columns of w.
void output_column(const LinearArgs& args, std::int64_t n, const float* weights) {
  const float bias = args.bias != nullptr ? args.bias[n] : 0.0f;
  for (std::int64_t row = 0; row < args.out.rows; ++row) {
    float y = dot(args.x.row<const float>(row), weights, args.w.columns) + bias;
    if (args.residual) y += args.residual.row<const float>(row)[n];
    args.out.row<float>(row)[n] = y;
  }
}

}  // namespace

void linear(const LinearArgs& args, Team& team) {
  constexpr std::int64_t kChunk = 16;  // outputs of one work item
  const std::size_t bytes = row_bytes(args.w.type, args.w.columns);
  team.parallel_for((args.w.rows + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    std::vector<float> weights(static_cast<std::size_t>(args.w.columns));
    for (std::int64_t n = chunk * kChunk; n < std::min((chunk + 1) * kChunk, args.w.rows); ++n) {
      dequantize(args.w.type, args.w.data + static_cast<std::size_t>(n) * bytes, args.w.columns, weights.data());
      output_column(args, n, weights.data());
    }
  });
}

LECTERN_ISA_END
