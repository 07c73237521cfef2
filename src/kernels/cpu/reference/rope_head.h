// The rotation of one head as its definition has it.
#pragma once

#include <cstdint>

namespace lectern::kernels::scalar {

/// `table`: a row of rotary_table, [2 half].
inline void rotate_head(float* head, const float* table, std::int64_t half, bool interleaved) {
  const std::int64_t step = interleaved ? 2 : 1;        // between the first values of two pairs
  const std::int64_t partner = interleaved ? 1 : half;  // from a pair's first value to its second
  for (std::int64_t i = 0; i < half; ++i) {
    float& a = head[i * step];
    float& b = head[i * step + partner];
    const float rotated = a * table[i] - b * table[half + i];
    b = b * table[i] + a * table[half + i];
    a = rotated;
  }
}

}  // namespace lectern::kernels::scalar
