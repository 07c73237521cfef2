// One row of rms_norm: the op itself, and what a matrix does to its rows first.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

/// Row `row` of `out`: x / sqrt(mean(x²) + eps) * weight.
inline void rms_norm_row(const float* x, const float* weight, float eps, const View& out, std::int64_t row) {
  const std::int64_t width = out.columns;
  const float squares = sum_columns(width, [&](std::int64_t i) {
    const F32x16 v = load_up_to(x + i, width - i);
    return v * v;
  });
  const F32x16 scale = broadcast(1.0f / std::sqrt(squares / static_cast<float>(width) + eps));
  store_columns(out, row, [&](std::int64_t i) {
    return load_up_to(x + i, width - i) * scale * load_up_to(weight + i, width - i);
  });
}

LECTERN_ISA_END
