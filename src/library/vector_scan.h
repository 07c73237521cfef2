// Products of one vector with many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/isa.h"

namespace lectern::library {

/// Largest magnitude of a query's numbers: with rows of int8, sums of 4,096 products stay within 32 bits.
inline constexpr int kScanQueryMax = 4095;
inline constexpr std::size_t kScanMaxDimension = 4096;

/// out[i] = the sum of rows[i, k] * query[k]; `rows` is [out.size(), query.size()]. Exact, whatever the instruction
/// set.
void scan(const std::int8_t* rows, std::span<const std::int16_t> query, std::span<std::int32_t> out, Isa isa);

}  // namespace lectern::library
