// How every row op ends: its row of floats becomes F32 or kI8G32, as the output buffer wants.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/view.h"
#include "kernels/activation_row.h"

#if defined(LECTERN_ISA_AVX512) || defined(LECTERN_ISA_AVX2)
#include "kernels/cpu/simd.h"
#endif

#include "kernels/cpu/isa.h"

LECTERN_ISA_BEGIN

// A group whose largest value is below this is stored as zeros: the inverse of its scale would overflow.
inline constexpr float kSmallestGroup = 1e-35f;

/// Quantizes values[0, 32) as group `group` of `row`: scale = largest / 127, rounded to nearest, ties to even.
inline void quantize_group(const QuantizedRow& row, std::int64_t group, const float* values) {
  std::int8_t* q = row.q + group * 32;
#if defined(LECTERN_ISA_AVX512) || defined(LECTERN_ISA_AVX2)
  const F32x16 a = load(values);
  const F32x16 b = load(values + 16);
  const float amax = largest(max(abs(a), abs(b)));
  const bool small = amax < kSmallestGroup;
  const F32x16 inverse = broadcast(small ? 0.0f : 127.0f / amax);
  const I32x16 qa = round_to_int(a * inverse);
  const I32x16 qb = round_to_int(b * inverse);
  store_bytes(q, qa);
  store_bytes(q + 16, qb);
  const std::int32_t sum_a = sum(qa);
  const std::int32_t sum_b = sum(qb);
#else
  float amax = 0;
  for (int i = 0; i < 32; ++i) amax = std::max(amax, std::fabs(values[i]));
  const bool small = amax < kSmallestGroup;
  const float inverse = small ? 0.0f : 127.0f / amax;
  std::int32_t sums[2] = {0, 0};
  for (int i = 0; i < 32; ++i) {
    q[i] = static_cast<std::int8_t>(std::nearbyint(values[i] * inverse));
    sums[i / 16] += q[i];
  }
  const auto [sum_a, sum_b] = sums;
#endif
  const float scale = small ? 0.0f : amax / 127.0f;
  row.scale[group] = scale;
  row.scaled_sum[group] = scale * static_cast<float>(sum_a + sum_b);
  row.sum[2 * group] = sum_a;
  row.sum[2 * group + 1] = sum_b;
}

/// Writes `count` values as columns [column, column + count) of row `row` of `out`, F32 or kI8G32 (both then multiples
/// of 32). `values` may be that place itself. Parts of a row may be written by different workers.
inline void store_row_part(const View& out, std::int64_t row, std::int64_t column, std::int64_t count,
                           const float* values) {
  if (out.type == DType::kF32) {
    auto* to = out.row<float>(row) + column;
    if (to != values) std::memcpy(to, values, static_cast<std::size_t>(count) * sizeof(float));
    return;
  }
  const QuantizedRow to = quantized_row(out.row<std::byte>(row), out.columns);
  for (std::int64_t i = 0; i < count; i += 32) quantize_group(to, (column + i) / 32, values + i);
}

/// Writes out.columns values (a multiple of 32 where `out` is kI8G32) as row `row` of `out`.
inline void store_row(const View& out, std::int64_t row, const float* values) {
  store_row_part(out, row, 0, out.columns, values);
}

LECTERN_ISA_END
