// One block of a quantized checkpoint format, taken apart: what dequantizing and packing both begin with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace lectern::kernels {

/// Values of a block, of which block_values(type) count: w = d scale (q - zero_point(type)) [+ m, or - dmin min].
struct QuantBlock {
  std::array<std::uint8_t, 256> q;
  std::uint16_t d;                     // f16
  std::uint16_t m;                     // f16: Q4_1's m, Q4_K's and Q5_K's dmin
  std::array<std::uint8_t, 16> scale;  // Q4_K, Q5_K: a scale for each 32 values; Q6_K: i8 for each 16
  std::array<std::uint8_t, 8> min;     // Q4_K, Q5_K: for each 32
};

/// What is subtracted from q. Q8_0's q is the signed weight plus 128.
constexpr int zero_point(DType type) {
  switch (type) {
    case DType::kQ4_0:
      return 8;
    case DType::kQ8_0:
      return 128;
    case DType::kQ6_K:
      return 32;
    default:
      return 0;
  }
}

/// Reads the block at `source`, block_bytes(type) of them, of one of the Q formats.
void read_block(DType type, const std::byte* source, QuantBlock& block);

/// The block's values, block_values(type) of them.
void dequantize_block(DType type, const QuantBlock& block, float* out);

}  // namespace lectern::kernels
