// Rows of every checkpoint format to F32 and back, in plain C++.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace lectern::kernels {

/// `source` holds row_bytes(type, columns) bytes, at any alignment; `out` gets `columns` values. Every float and Q
/// format; `columns` is a whole number of blocks.
void dequantize(DType type, const std::byte* source, std::int64_t columns, float* out);

/// A row to Q8_0 blocks (columns a multiple of 32): d = largest / 127 as F16, q = nearest to value / d.
void quantize_q8_0(const float* values, std::int64_t columns, std::byte* blocks);

}  // namespace lectern::kernels
