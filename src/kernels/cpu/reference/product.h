// Rows times a matrix as its checkpoint has it: what the reference's linear, gated_linear and qkv_linear share.
#pragma once

#include <cstdint>
#include <vector>

#include "core/worker_pool.h"
#include "kernels/ops.h"

namespace lectern::kernels::scalar {

/// The rows that a matrix takes: x, or its norm in the room for it. Every worker calls it.
View normalized(const View& x, const RowNorm& norm, Team& team);

/// Outputs [first, first + count) of x Wᵀ + bias, row after row.
std::vector<float> outputs(const View& x, const PackedMatrix& w, const float* bias, std::int64_t first,
                           std::int64_t count);

}  // namespace lectern::kernels::scalar
