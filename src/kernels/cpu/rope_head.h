// The rotation of one head.
#pragma once

#include <cstdint>

#include "kernels/cpu/isa.h"

LECTERN_ISA_BEGIN

// Plain loops, without sums: the compiler makes vectors of them, and each value is rounded alike in any lane.
inline void rotate_halves(float* __restrict a, float* __restrict b, const float* table, std::int64_t half) {
  for (std::int64_t i = 0; i < half; ++i) {
    const float x = a[i];
    const float y = b[i];
    a[i] = x * table[i] - y * table[half + i];
    b[i] = y * table[i] + x * table[half + i];
  }
}

inline void rotate_pairs(float* __restrict head, const float* table, std::int64_t half) {
  for (std::int64_t i = 0; i < half; ++i) {
    const float x = head[2 * i];
    const float y = head[2 * i + 1];
    head[2 * i] = x * table[i] - y * table[half + i];
    head[2 * i + 1] = y * table[i] + x * table[half + i];
  }
}

/// `table`: a row of rotary_table, [2 half].
inline void rotate_head(float* head, const float* table, std::int64_t half, bool interleaved) {
  if (interleaved) {
    rotate_pairs(head, table, half);
  } else {
    rotate_halves(head, head + half, table, half);
  }
}

LECTERN_ISA_END
