// Attention of a few query rows over one split of keys: what causal and encoder attention are made of.
//
// Keys are taken in splits of 256 positions, counted from the sequence's start. A split gives each row a maximum, a sum
// of weights and weighted values, by one order of operations, and these are merged in ascending order. So a row's bits
// depend neither on the rows beside it nor on who computed which split.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/kv_element.h"
#include "kernels/cpu/simd.h"

LECTERN_ISA_BEGIN

inline constexpr int kSplit = 256;              // positions
inline constexpr int kTiles = kSplit / kLanes;  // of a split
inline constexpr int kMaxHeadDim = 256;
inline constexpr int kBlockRows = 6;       // rows whose sums stay in registers together
inline constexpr float kNoScore = -1e30f;  // the maximum of no keys: finite, so that differences are too

/// Where the keys and values of a split lie.
template <typename T>
struct Split {
  const T* keys[kTiles];    // [head_dim][16] of each tile
  const T* values[kTiles];  // the tile's first row
  std::int64_t value_stride;
  int head_dim;
};

/// Query rows, with what they have gathered so far.
struct Rows {
  int count;
  const float* q;    // [count, head_dim], times scale and log2(e): weights are powers of two
  float* acc;        // [count, head_dim], weighted values
  float* largest;    // [count]
  float* total;      // [count], of the weights
  const int* first;  // [count], the keys that each row sees, counted in the split; none where last < first
  const int* last;

  Rows from(int row, int rows, int head_dim) const {
    const std::int64_t skip = static_cast<std::int64_t>(row) * head_dim;
    return {rows, q + skip, acc + skip, largest + row, total + row, first + row, last + row};
  }
};

inline void clear(const Rows& rows, int head_dim) {
  std::fill_n(rows.acc, static_cast<std::int64_t>(rows.count) * head_dim, 0.0f);
  std::fill_n(rows.largest, rows.count, kNoScore);
  std::fill_n(rows.total, rows.count, 0.0f);
}

/// 2^x for x <= 0, within 3 ulp; 2^0 is 1 exactly. Below -126 it stays near 2^-126.
LECTERN_SIMD F32x16 exp2_of_negative(F32x16 x) {
  const F32x16 clamped = max(x, broadcast(-126.0f));
  const I32x16 n = round_to_int(clamped);
  const F32x16 f = clamped - to_float(n);
  // Least relative error for |f| <= 1/2 with a constant term of 1: 9e-8.
  F32x16 p = broadcast(0.001326472731307149f);
  p = fma(p, f, broadcast(0.009671512991189957f));
  p = fma(p, f, broadcast(0.05550733581185341f));
  p = fma(p, f, broadcast(0.24022242426872253f));
  p = fma(p, f, broadcast(0.6931470036506653f));
  p = fma(p, f, broadcast(1.0f));
  return as_float(as_int(p) + shift_left<23>(n));
}

LECTERN_SIMD float exp2_of_negative(float x) {
  float lanes[kLanes];
  store(lanes, exp2_of_negative(broadcast(x)));
  return lanes[0];
}

/// Factors for what a row has gathered and for what comes to it.
struct MergeFactors {
  float old_part, new_part;
};

inline MergeFactors merge_weights(float* row_largest, float* row_total, float new_largest, float new_total) {
  const float both = *row_largest < new_largest ? new_largest : *row_largest;
  const MergeFactors f{exp2_of_negative(*row_largest - both), exp2_of_negative(new_largest - both)};
  *row_largest = both;
  *row_total = *row_total * f.old_part + new_total * f.new_part;
  return f;
}

LECTERN_SIMD void merge_values(float* acc, MergeFactors f, F32x16 values) {
  store(acc, fma(values, broadcast(f.new_part), load(acc) * broadcast(f.old_part)));
}

// scores[r][tile * 16 ..] of kColumns tiles: q · K in order of d.
template <int kRows, int kColumns, typename T>
void score_tiles(const Split<T>& split, const float* q, int tile, float* scores) {
  F32x16 sums[kRows][kColumns];
  for (auto& row : sums) {
    for (F32x16& s : row) s = zero();
  }
  const T* keys[kColumns];
  for (int c = 0; c < kColumns; ++c) keys[c] = split.keys[tile + c];
  const int head_dim = split.head_dim;
  for (int d = 0; d < head_dim; ++d) {
    F32x16 k[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) k[c] = load_element(keys[c] + d * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const F32x16 x = broadcast(q[r * head_dim + d]);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) sums[r][c] = fma(x, k[c], sums[r][c]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) store(scores + r * kSplit + (tile + c) * kLanes, sums[r][c]);
  }
}

// Merges kColumns × 16 columns of the weighted values of keys [first, last], taken in order.
template <int kRows, int kColumns, typename T>
void weigh_values(const Split<T>& split, const float* weights, int first, int last, int column,
                  const MergeFactors* factors, float* acc) {
  F32x16 sums[kRows][kColumns];
  for (auto& row : sums) {
    for (F32x16& s : row) s = zero();
  }
  for (int tile = first / kLanes; tile <= last / kLanes; ++tile) {
    const int begin = std::max(first, tile * kLanes);
    const int end = std::min(last + 1, (tile + 1) * kLanes);
    const T* value = split.values[tile] + (begin - tile * kLanes) * split.value_stride + column;
    for (int j = begin; j < end; ++j, value += split.value_stride) {
      F32x16 v[kColumns];
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) v[c] = load_element(value + c * kLanes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const F32x16 w = broadcast(weights[r * kSplit + j]);
#pragma GCC unroll 8
        for (int c = 0; c < kColumns; ++c) sums[r][c] = fma(w, v[c], sums[r][c]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      merge_values(acc + r * split.head_dim + column + c * kLanes, factors[r], sums[r][c]);
    }
  }
}

// The scores of a tile with those outside [first, last] replaced; they may be NaN.
LECTERN_SIMD F32x16 masked(F32x16 x, int tile, int first, int last, F32x16 other) {
  static constexpr float kIndex[kLanes] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const F32x16 index = load(kIndex) + broadcast(static_cast<float>(tile * kLanes));
  x = select_less(index, broadcast(static_cast<float>(first)), other, x);
  return select_less(broadcast(static_cast<float>(last)), index, other, x);
}

// Turns one row's scores into weights, zero for the keys of tiles [from, to] that it does not see. Returns their sum.
inline float weigh_scores(float* scores, int first, int last, int from, int to, float* largest_score) {
  F32x16 most = broadcast(kNoScore);
  const auto inside = [&](int tile) { return tile * kLanes >= first && tile * kLanes + kLanes - 1 <= last; };
  for (int t = from; t <= to; ++t) {
    F32x16 x = load(scores + t * kLanes);
    if (!inside(t)) {
      x = masked(x, t, first, last, broadcast(kNoScore));
      store(scores + t * kLanes, x);
    }
    most = max(x, most);
  }
  *largest_score = largest(most);
  const F32x16 shift = broadcast(*largest_score);
  F32x16 total = zero();
  for (int t = from; t <= to; ++t) {
    F32x16 w = exp2_of_negative(load(scores + t * kLanes) - shift);
    if (!inside(t)) w = masked(w, t, first, last, zero());
    store(scores + t * kLanes, w);
    total = total + w;
  }
  return sum(total);
}

template <int kRows, typename T>
void attend_block(const Split<T>& split, const Rows& rows) {
#if defined(LECTERN_ISA_AVX512)
  constexpr int kColumns = 4;  // 24 sums of 32 registers
#else
  constexpr int kColumns = kRows == 1 ? 4 : kRows == 2 ? 2 : 1;  // a sum is two of 16 registers
#endif
  int first = kSplit;
  int last = -1;
  for (int r = 0; r < kRows; ++r) {
    if (rows.last[r] < rows.first[r]) continue;
    first = std::min(first, rows.first[r]);
    last = std::max(last, rows.last[r]);
  }
  if (last < first) return;

  alignas(64) float scores[kRows * kSplit];
  const int from = first / kLanes;
  const int to = last / kLanes;
  int tile = from;
  for (; tile + kColumns <= to + 1; tile += kColumns) score_tiles<kRows, kColumns>(split, rows.q, tile, scores);
  for (; tile <= to; ++tile) score_tiles<kRows, 1>(split, rows.q, tile, scores);

  MergeFactors factors[kRows];
  for (int r = 0; r < kRows; ++r) {
    float largest_score = 0;
    const float total = weigh_scores(scores + r * kSplit, rows.first[r], rows.last[r], from, to, &largest_score);
    factors[r] = merge_weights(rows.largest + r, rows.total + r, largest_score, total);
  }

  int column = 0;
  for (; column + kColumns * kLanes <= split.head_dim; column += kColumns * kLanes) {
    weigh_values<kRows, kColumns>(split, scores, first, last, column, factors, rows.acc);
  }
  for (; column < split.head_dim; column += kLanes) {
    weigh_values<kRows, 1>(split, scores, first, last, column, factors, rows.acc);
  }
}

/// Adds a split to every row.
template <typename T>
void attend_split(const Split<T>& split, const Rows& rows) {
  for (int r = 0; r < rows.count; r += kBlockRows) {
    const int count = std::min(kBlockRows, rows.count - r);
    const Rows block = rows.from(r, count, split.head_dim);
    switch (count) {
      case 1:
        attend_block<1>(split, block);
        break;
      case 2:
        attend_block<2>(split, block);
        break;
      case 3:
        attend_block<3>(split, block);
        break;
      case 4:
        attend_block<4>(split, block);
        break;
      case 5:
        attend_block<5>(split, block);
        break;
      default:
        attend_block<kBlockRows>(split, block);
    }
  }
}

/// Adds to `rows` what `later` gathered from a later split alone.
inline void merge(const Rows& rows, const Rows& later, int head_dim) {
  for (int r = 0; r < rows.count; ++r) {
    const MergeFactors f = merge_weights(rows.largest + r, rows.total + r, later.largest[r], later.total[r]);
    for (int d = 0; d < head_dim; d += kLanes) {
      const std::int64_t at = static_cast<std::int64_t>(r) * head_dim + d;
      merge_values(rows.acc + at, f, load(later.acc + at));
    }
  }
}

LECTERN_ISA_END
