// A row of activations as F32, or quantized to 8 bits in groups of 32 (DType::kI8G32).
#pragma once

#include <cstddef>
#include <cstdint>

namespace lectern::kernels {

/// Layout of a kI8G32 row of n values (n a multiple of 32), 64-byte aligned parts in this order:
///   i8  q[n]            x ≈ scale[g] * q, |q| <= 127
///   f32 scale[n / 32]
///   f32 scaled_sum[n / 32]   scale[g] * Σ q of the group: what a weight's minimum is multiplied with
///   i32 sum[n / 16]          Σ q of each 16: what a weight's zero point is multiplied with
struct QuantizedRow {
  std::int8_t* q;
  float* scale;
  float* scaled_sum;
  std::int32_t* sum;
};

constexpr std::size_t align64(std::size_t n) { return (n + 63) / 64 * 64; }

constexpr std::size_t quantized_row_bytes(std::int64_t n) {
  const auto u = static_cast<std::size_t>(n);
  return align64(u) + 2 * align64(u / 32 * 4) + align64(u / 16 * 4);
}

inline QuantizedRow quantized_row(std::byte* row, std::int64_t n) {
  const auto u = static_cast<std::size_t>(n);
  std::byte* scale = row + align64(u);
  std::byte* scaled_sum = scale + align64(u / 32 * 4);
  std::byte* sum = scaled_sum + align64(u / 32 * 4);
  return {reinterpret_cast<std::int8_t*>(row), reinterpret_cast<float*>(scale), reinterpret_cast<float*>(scaled_sum),
          reinterpret_cast<std::int32_t*>(sum)};
}

}  // namespace lectern::kernels
