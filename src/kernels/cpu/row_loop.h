// How row ops share rows among workers, walk along a row in sixteens, and write it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/worker_pool.h"
#include "kernels/cpu/row_store.h"
#include "kernels/cpu/simd.h"

LECTERN_ISA_BEGIN

/// Calls f(row) for every row. One item is several rows: a microsecond of work, against 0.05 for taking an item.
template <typename F>
void for_rows(Team& team, std::int64_t rows, std::int64_t columns, F&& f) {
  constexpr std::int64_t kValuesOfItem = 2048;
  const std::int64_t per_item = std::max<std::int64_t>(1, kValuesOfItem / std::max<std::int64_t>(1, columns));
  team.parallel_runs((rows + per_item - 1) / per_item, [&](std::int64_t item) {
    const std::int64_t end = std::min(rows, (item + 1) * per_item);
    for (std::int64_t row = item * per_item; row < end; ++row) f(row);
  });
}

LECTERN_SIMD F32x16 load_up_to(const float* p, std::int64_t n) {
  return n >= kLanes ? load(p) : load_partial(p, static_cast<int>(n));
}

/// Σ value(i) over columns i = 0, 16, 32, …: four chains, then the lanes. Lanes behind the last column must be zero.
template <typename F>
LECTERN_SIMD float sum_columns(std::int64_t columns, F&& value) {
  F32x16 chains[4] = {zero(), zero(), zero(), zero()};
  for (std::int64_t i = 0; i < columns; i += 4 * kLanes) {
    for (int c = 0; c < 4; ++c) {
      if (i + c * kLanes < columns) chains[c] = chains[c] + value(i + c * kLanes);
    }
  }
  return sum((chains[0] + chains[1]) + (chains[2] + chains[3]));
}

/// Writes value(i), for columns i = 0, 16, 32, …, as row `row` of `out`, F32 or kI8G32.
template <typename F>
LECTERN_SIMD void store_columns(const View& out, std::int64_t row, F&& value) {
  if (out.type == DType::kF32) {
    float* to = out.row<float>(row);
    std::int64_t i = 0;
    for (; i + kLanes <= out.columns; i += kLanes) store(to + i, value(i));
    if (i < out.columns) store_partial(to + i, value(i), static_cast<int>(out.columns - i));
    return;
  }
  const QuantizedRow to = quantized_row(out.row<std::byte>(row), out.columns);
  for (std::int64_t i = 0; i < out.columns; i += 32) {
    float group[32];
    store(group, value(i));
    store(group + 16, value(i + 16));
    quantize_group(to, i / 32, group);
  }
}

LECTERN_ISA_END
