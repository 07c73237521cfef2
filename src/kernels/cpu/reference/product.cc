#include "kernels/cpu/reference/product.h"

#include <array>

#include "kernels/cpu/dequantize.h"
#include "kernels/cpu/kernels.h"

namespace lectern::kernels::scalar {
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

}  // namespace

View normalized(const View& x, const RowNorm& norm, Team& team) {
  if (norm.weight == nullptr) return x;
  rms_norm({x, norm.weight, norm.eps, norm.room}, team);
  return norm.room;
}

std::vector<float> outputs(const View& x, const PackedMatrix& w, const float* bias, std::int64_t first,
                           std::int64_t count) {
  std::vector<float> out(static_cast<std::size_t>(x.rows * count));
  std::vector<float> weights(static_cast<std::size_t>(w.columns));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t n = first + i;
    dequantize(w.type, w.data + static_cast<std::size_t>(n) * row_bytes(w.type, w.columns), w.columns, weights.data());
    for (std::int64_t row = 0; row < x.rows; ++row) {
      const float y = dot(x.row<const float>(row), weights.data(), w.columns);
      out[static_cast<std::size_t>(row * count + i)] = y + (bias != nullptr ? bias[n] : 0.0f);
    }
  }
  return out;
}

}  // namespace lectern::kernels::scalar
