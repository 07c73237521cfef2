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
  const T* keys[kTiles];  // each tile: [head_dim][16], values [16][head_dim]; two terms a lane as in kernels/kv_cache.h
  const T* values[kTiles];
  const T* next_keys[kTiles];  // of the split that comes after this one, or any address that can be fetched in vain
  int head_dim;
};

/// Query rows, with what they have gathered so far.
struct Rows {
  int count;
  float* acc;        // [count, head_dim], weighted values
  float* largest;    // [count]
  float* total;      // [count], of the weights
  const int* first;  // [count], the keys that each row sees, counted in the split; none where last < first
  const int* last;

  Rows from(int row, int rows, int head_dim) const {
    const std::int64_t skip = static_cast<std::int64_t>(row) * head_dim;
    return {rows, acc + skip, largest + row, total + row, first + row, last + row};
  }
};

inline void clear(const Rows& rows, int head_dim) {
  std::fill_n(rows.acc, static_cast<std::int64_t>(rows.count) * head_dim, 0.0f);
  std::fill_n(rows.largest, rows.count, kNoScore);
  std::fill_n(rows.total, rows.count, 0.0f);
}

/// What a split gave to up to 16 rows, without its values.
struct Weights {
  alignas(64) float largest[kLanes];
  alignas(64) float total[kLanes];
};

/// Factors, for each row, of the values gathered so far and of those that come to them.
struct MergeFactors {
  alignas(64) float gathered[kLanes];
  alignas(64) float coming[kLanes];
};

/// Merges the weights of a split, or of several, into those of up to 16 rows.
LECTERN_SIMD void merge_weights(const Rows& rows, const Weights& coming, MergeFactors* factors) {
  const F32x16 gathered_largest = load_partial(rows.largest, rows.count);
  const F32x16 coming_largest = load_partial(coming.largest, rows.count);
  const F32x16 largest_of_both = max(gathered_largest, coming_largest);
  const F32x16 gathered_part = exp2_of_negative(gathered_largest - largest_of_both);
  const F32x16 coming_part = exp2_of_negative(coming_largest - largest_of_both);
  const F32x16 total = load_partial(rows.total, rows.count) * gathered_part;
  store_partial(rows.total, fma(load_partial(coming.total, rows.count), coming_part, total), rows.count);
  store_partial(rows.largest, largest_of_both, rows.count);
  store(factors->gathered, gathered_part);
  store(factors->coming, coming_part);
}

LECTERN_SIMD void merge_values(float* acc, const MergeFactors& factors, int row, F32x16 values) {
  const F32x16 gathered = load(acc) * broadcast(factors.gathered[row]);
  store(acc, fma(values, broadcast(factors.coming[row]), gathered));
}

// A cache that is not read from F32 copies is read once a step, from memory: each phase fetches what the next one
// needs.
template <typename T>
LECTERN_SIMD void fetch_ahead(const T* p) {
  if constexpr (sizeof(T) == 2) _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T1);
}

// Elements of 64 bytes.
template <typename T>
inline constexpr int kLine = static_cast<int>(64 / sizeof(T));

// scores[r][tile * 16 ..] of kColumns tiles: q · K in order of d.
template <int kRows, int kColumns, typename T>
void score_tiles(const Split<T>& split, const Factor<T>* q, int tile, float* scores) {
  F32x16 sums[kRows][kColumns];
  for (auto& row : sums) {
    for (F32x16& s : row) s = zero();
  }
  const T* keys[kColumns];
  const T* values[kColumns];
  for (int c = 0; c < kColumns; ++c) {
    keys[c] = split.keys[tile + c];
    values[c] = split.values[tile + c];
  }
  const int head_dim = split.head_dim;
  for (int d = 0; d < head_dim; d += kTerms<T>) {
    decltype(load_lanes(keys[0])) k[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      k[c] = load_lanes(keys[c] + d * kLanes);
      if (d * kLanes % kLine<T> == 0) fetch_ahead(values[c] + d * kLanes);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto x = broadcast_factor(q + r * head_dim + d);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) sums[r][c] = add_products(x, k[c], sums[r][c]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) store(scores + r * kSplit + (tile + c) * kLanes, sums[r][c]);
  }
}

// From one row's weights to the next one's: they are written in the place of its scores.
template <typename T>
inline constexpr int kWeightStride = static_cast<int>(kSplit * sizeof(float) / sizeof(Factor<T>));

// Merges kColumns × 16 columns of the weighted values of keys [first, last], taken in order.
template <int kRows, int kColumns, typename T>
void weigh_values(const Split<T>& split, const Factor<T>* weights, int first, int last, int column,
                  const MergeFactors& factors, float* acc) {
  F32x16 sums[kRows][kColumns];
  for (auto& row : sums) {
    for (F32x16& s : row) s = zero();
  }
  for (int tile = first / kLanes; tile <= last / kLanes; ++tile) {
    const int begin = std::max(first, tile * kLanes) / kTerms<T> * kTerms<T>;
    const int end = std::min(last + 1, (tile + 1) * kLanes);
    const std::int64_t skip = (begin - tile * kLanes) * split.head_dim + column * kTerms<T>;
    const T* value = split.values[tile] + skip;
    const T* next_key = split.next_keys[tile] + skip;
    const int step = split.head_dim * kTerms<T>;
    for (int j = begin; j < end; j += kTerms<T>, value += step, next_key += step) {
      decltype(load_lanes(value)) v[kColumns];
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        v[c] = load_lanes(value + c * kLanes * kTerms<T>);
        // Behind the last key lies what its block was used for before.
        if constexpr (kTerms<T> == 2) v[c] = j < last ? v[c] : first_terms(v[c]);
        if (c * kLanes * kTerms<T> % kLine<T> == 0) fetch_ahead(next_key + c * kLanes * kTerms<T>);
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const auto w = broadcast_factor(weights + r * kWeightStride<T> + j);
#pragma GCC unroll 8
        for (int c = 0; c < kColumns; ++c) sums[r][c] = add_products(w, v[c], sums[r][c]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      merge_values(acc + r * split.head_dim + column + c * kLanes, factors, r, sums[r][c]);
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

// Turns the rows' scores into weights, zero for the keys of tiles [from, to] that a row does not see. All rows go along
// together, so that one's latencies hide behind the others' work.
template <int kRows, typename T>
void weigh_scores(float* scores, const Rows& rows, int from, int to, Weights* weights) {
  const int seen_from = *std::max_element(rows.first, rows.first + kRows);
  const int seen_to = *std::min_element(rows.last, rows.last + kRows);
  const auto all_see = [&](int tile) { return tile * kLanes >= seen_from && tile * kLanes + kLanes - 1 <= seen_to; };

  F32x16 most[kRows];
  for (F32x16& m : most) m = broadcast(kNoScore);
  for (int t = from; t <= to; ++t) {
    const bool all = all_see(t);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      F32x16 x = load(scores + r * kSplit + t * kLanes);
      if (!all) x = masked(x, t, rows.first[r], rows.last[r], broadcast(kNoScore));
      most[r] = max(x, most[r]);
    }
  }
  for (int r = 0; r < kRows; ++r) weights->largest[r] = largest(most[r]);

  F32x16 total[kRows];
  for (F32x16& t : total) t = zero();
  for (int t = from; t <= to; ++t) {
    const bool all = all_see(t);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      F32x16 w = exp2_of_negative(load(scores + r * kSplit + t * kLanes) - broadcast(weights->largest[r]));
      if (!all) w = masked(w, t, rows.first[r], rows.last[r], zero());
      store_element(reinterpret_cast<Factor<T>*>(scores) + r * kWeightStride<T> + t * kLanes, w);
      total[r] = total[r] + w;
    }
  }
  for (int r = 0; r < kRows; ++r) weights->total[r] = sum(total[r]);
}

template <int kRows, typename T>
void attend_block(const Split<T>& split, const Factor<T>* q, const Rows& rows) {
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
  for (; tile + kColumns <= to + 1; tile += kColumns) score_tiles<kRows, kColumns>(split, q, tile, scores);
  for (; tile <= to; ++tile) score_tiles<kRows, 1>(split, q, tile, scores);

  Weights weights{};
  weigh_scores<kRows, T>(scores, rows, from, to, &weights);
  MergeFactors factors;
  merge_weights(rows, weights, &factors);

  const auto* of_keys = reinterpret_cast<const Factor<T>*>(scores);
  constexpr int kPair = kColumns > 2 ? 2 : 1;
  int column = 0;
  for (; column + kColumns * kLanes <= split.head_dim; column += kColumns * kLanes) {
    weigh_values<kRows, kColumns>(split, of_keys, first, last, column, factors, rows.acc);
  }
  for (; column + kPair * kLanes <= split.head_dim; column += kPair * kLanes) {
    weigh_values<kRows, kPair>(split, of_keys, first, last, column, factors, rows.acc);
  }
  for (; column < split.head_dim; column += kLanes) {
    weigh_values<kRows, 1>(split, of_keys, first, last, column, factors, rows.acc);
  }
}

/// Adds a split to every row; q is [rows, head_dim], times scale and log2(e), so that weights are powers of two.
template <typename T>
void attend_split(const Split<T>& split, const Factor<T>* q, const Rows& rows) {
  for (int r = 0; r < rows.count; r += kBlockRows) {
    const int count = std::min(kBlockRows, rows.count - r);
    const Rows block = rows.from(r, count, split.head_dim);
    const Factor<T>* of_block = q + r * split.head_dim;
    switch (count) {
      case 1:
        attend_block<1>(split, of_block, block);
        break;
      case 2:
        attend_block<2>(split, of_block, block);
        break;
      case 3:
        attend_block<3>(split, of_block, block);
        break;
      case 4:
        attend_block<4>(split, of_block, block);
        break;
      case 5:
        attend_block<5>(split, of_block, block);
        break;
      default:
        attend_block<kBlockRows>(split, of_block, block);
    }
  }
}

/// Adds to `rows` what `later` gathered from later splits.
inline void merge(const Rows& rows, const Rows& later, int head_dim) {
  for (int begin = 0; begin < rows.count; begin += kLanes) {
    const int count = std::min(kLanes, rows.count - begin);
    const Rows to = rows.from(begin, count, head_dim);
    const Rows coming = later.from(begin, count, head_dim);
    Weights weights{};
    std::copy_n(coming.largest, count, weights.largest);
    std::copy_n(coming.total, count, weights.total);
    MergeFactors factors;
    merge_weights(to, weights, &factors);
    for (int r = 0; r < count; ++r) {
      for (int d = 0; d < head_dim; d += kLanes) {
        merge_values(to.acc + r * head_dim + d, factors, r, load(coming.acc + r * head_dim + d));
      }
    }
  }
}

LECTERN_ISA_END
