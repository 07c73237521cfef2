// The innermost part of linear: a few rows of x times one panel of 16 outputs.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/activation_row.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/simd.h"
#include "kernels/cpu/weight_group.h"

LECTERN_ISA_BEGIN

/// Where a tile reads and writes. Strides in bytes.
struct Tile {
  const std::byte* x;
  std::size_t x_stride;
  const std::byte* panel;
  std::int64_t columns;   // of x
  int outputs;            // 1 to 16, those of the panel that exist
  const float* bias;      // of the panel, or null
  const float* residual;  // at the tile's corner, or null
  std::size_t residual_stride;
  float* out;
  std::size_t out_stride;
};

using TileKernel = void (*)(const Tile&);

template <typename T>
LECTERN_SIMD T* offset(T* pointer, std::size_t bytes) {
  using Byte = std::conditional_t<std::is_const_v<T>, const std::byte, std::byte>;
  return reinterpret_cast<T*>(reinterpret_cast<Byte*>(pointer) + bytes);
}

/// Adds bias, then residual, and stores: how every tile ends.
LECTERN_SIMD void finish_row(const Tile& tile, int row, F32x16 y) {
  const auto r = static_cast<std::size_t>(row);
  const int n = tile.outputs;
  if (n == kLanes) {  // masked loads and stores take several times as long
    if (tile.bias != nullptr) y = y + load(tile.bias);
    if (tile.residual != nullptr) y = y + load(offset(tile.residual, r * tile.residual_stride));
    return store(offset(tile.out, r * tile.out_stride), y);
  }
  if (tile.bias != nullptr) y = y + load_partial(tile.bias, n);
  if (tile.residual != nullptr) y = y + load_partial(offset(tile.residual, r * tile.residual_stride), n);
  store_partial(offset(tile.out, r * tile.out_stride), y, n);
}

/// Where the parts of a quantized row lie behind its values, in bytes.
struct RowParts {
  std::int64_t scale, scaled_sum, sum;
};

inline RowParts row_parts(std::int64_t columns) {
  const auto values = static_cast<std::int64_t>(align64(static_cast<std::size_t>(columns)));
  const auto scales = static_cast<std::int64_t>(align64(static_cast<std::size_t>(columns / 32 * 4)));
  return {values, values + scales, values + 2 * scales};
}

/// One group's share of kRows sums.
template <DType kType, int kRows>
LECTERN_SIMD void add_group(const WeightGroup<kType>& weights, const std::byte* const* x, const RowParts& parts,
                            std::int64_t g, F32x16* acc) {
  using Traits = GroupTraits<kType>;
  constexpr int kParts = Traits::kScales;
  const std::int8_t* q[kRows];
  std::int32_t sums[kParts][kRows];
  I32x16 product[kParts][kRows];
  unroll<kRows>([&](auto r) __attribute__((always_inline)) {
    q[r] = reinterpret_cast<const std::int8_t*>(x[r]) + 32 * g;
    const auto* sum = reinterpret_cast<const std::int32_t*>(x[r] + parts.sum + 8 * g);
    sums[0][r] = kParts == 1 ? sum[0] + sum[1] : sum[0];
    sums[kParts - 1][r] = kParts == 1 ? sums[0][r] : sum[1];
  });
  unroll<kParts>([&](auto p) __attribute__((always_inline)) {
    dot<kType, p * 8 / kParts, 8 / kParts, kRows>(weights.w, q, sums[p], product[p]);
  });
  unroll<kRows>([&](auto r) __attribute__((always_inline)) {
    const F32x16 scale = broadcast(*reinterpret_cast<const float*>(x[r] + parts.scale + 4 * g));
    if constexpr (kParts == 1) {
      acc[r] = fma(to_float(product[0][r]), weights.scale[0] * scale, acc[r]);
    } else {
      const F32x16 first = to_float(product[0][r]) * weights.scale[0];
      acc[r] = fma(fma(to_float(product[1][r]), weights.scale[1], first), scale, acc[r]);
    }
    if constexpr (Traits::kMinimum) {
      const F32x16 scaled_sum = broadcast(*reinterpret_cast<const float*>(x[r] + parts.scaled_sum + 4 * g));
      acc[r] = fma(weights.minimum, scaled_sum, acc[r]);
    }
  });
}

// How far ahead of its arithmetic a tile asks for weights. By itself the processor looks ahead as far as its window and
// within a page of 4 KB; a tile of several rows spends so long on a group that it would wait at every page for the next
// (at 8 rows: 591 µs instead of 371 for 8 MB on two cores).
inline constexpr std::size_t kFetchAhead = 4096;

/// Asks for a group's share of the panel: at once, before the first of it is unpacked, and what comes kFetchAhead later
/// (at the panel's end, of the next one) into the second-level cache.
template <DType kType>
LECTERN_SIMD void fetch(const std::byte* panel, std::int64_t g) {
  constexpr GroupLayout kLayout = group_layout(kType);
  constexpr std::size_t kBytes = kLayout.unit_bytes() / static_cast<std::size_t>(kLayout.unit_groups);
  const auto* bytes = reinterpret_cast<const char*>(panel) + static_cast<std::size_t>(g) * kBytes;
  unroll<static_cast<int>((kBytes + 63) / 64)>([&](auto i) __attribute__((always_inline)) {
    _mm_prefetch(bytes + 64 * i, _MM_HINT_T0);
    _mm_prefetch(bytes + 64 * i + kFetchAhead, _MM_HINT_T1);
  });
}

/// Quantized weights. Each output sums the groups in order, by the same operations whatever kRows is.
template <DType kType, int kRows>
__attribute__((noinline)) void quantized_tile(const Tile& tile) {
  const std::byte* x[kRows];
  F32x16 acc[kRows];
  unroll<kRows>([&](auto r) __attribute__((always_inline)) {
    x[r] = tile.x + r * tile.x_stride;
    acc[r] = zero();
  });
  const RowParts parts = row_parts(tile.columns);
  const std::int64_t groups = tile.columns / 32;
  for (std::int64_t g = 0; g < groups; ++g) {
    fetch<kType>(tile.panel, g);
    const WeightGroup<kType> weights = load_group<kType>(tile.panel, g);
    unroll<(kRows + kTogether - 1) / kTogether>([&](auto i) __attribute__((always_inline)) {
      constexpr int kFirst = i * kTogether;
      constexpr int kCount = kRows - kFirst < kTogether ? kRows - kFirst : kTogether;
      add_group<kType, kCount>(weights, x + kFirst, parts, g, acc + kFirst);
    });
  }
  unroll<kRows>([&](auto r) __attribute__((always_inline)) { finish_row(tile, r, acc[r]); });
}

template <DType kType>
LECTERN_SIMD F32x16 load_column(const std::byte* p) {
  if constexpr (kType == DType::kF32) return load(reinterpret_cast<const float*>(p));
  if constexpr (kType == DType::kF16) return load_f16(reinterpret_cast<const std::uint16_t*>(p));
  if constexpr (kType == DType::kBF16) return load_bf16(reinterpret_cast<const std::uint16_t*>(p));
}

/// Float weights, F32 activations: a column at a time, in order.
template <DType kType, int kRows>
__attribute__((noinline)) void float_tile(const Tile& tile) {
  constexpr std::int64_t kColumnBytes = kPanelRows * (kType == DType::kF32 ? 4 : 2);
  const std::byte* x[kRows];
  F32x16 acc[kRows];
  unroll<kRows>([&](auto r) __attribute__((always_inline)) {
    x[r] = tile.x + r * tile.x_stride;
    acc[r] = zero();
  });
  for (std::int64_t k = 0; k < tile.columns; ++k) {
    const F32x16 w = load_column<kType>(tile.panel + k * kColumnBytes);
    unroll<kRows>([&](auto r) __attribute__((always_inline)) {
      acc[r] = fma(broadcast(reinterpret_cast<const float*>(x[r])[k]), w, acc[r]);
    });
  }
  unroll<kRows>([&](auto r) __attribute__((always_inline)) { finish_row(tile, r, acc[r]); });
}

LECTERN_ISA_END
