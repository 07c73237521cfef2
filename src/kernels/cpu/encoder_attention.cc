#include <algorithm>
#include <vector>

#include "kernels/cpu/attention_split.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"
#include "kernels/cpu/scratch.h"

LECTERN_ISA_BEGIN

namespace {

// Query rows for which a split's keys are transposed once.
constexpr int kUnitRows = 256;

struct Unit {
  int begin, end;  // rows of the sequence
  int row, rows;   // of the queries
};

// Of every sequence, the costliest first.
const std::vector<Unit>& plan(const Batch& batch) {
  static thread_local std::vector<Unit> units;
  units.clear();
  for (int s = 0; s < batch.sequences; ++s) {
    const int begin = batch.sequence_starts[s], end = batch.sequence_starts[s + 1];
    for (int row = begin; row < end; row += kUnitRows) {
      units.push_back({begin, end, row, std::min(kUnitRows, end - row)});
    }
  }
  std::sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
    const auto cost = [](const Unit& u) { return static_cast<std::int64_t>(u.end - u.begin) * u.rows; };
    return cost(a) != cost(b) ? cost(a) > cost(b) : a.row < b.row;
  });
  return units;
}

// Columns [d, d + 8) of eight rows become rows of a tile, 16 floats apart.
void transpose_8x8(const float* const* rows, int d, float* tile) {
  __m256 x[8], pairs[8], quads[8];
  for (int i = 0; i < 8; ++i) x[i] = _mm256_loadu_ps(rows[i] + d);
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(x[i], x[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(x[i], x[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {  // lanes of 128 bits: columns c and c + 4 of four rows
    quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  for (int c = 0; c < 4; ++c) {
    _mm256_storeu_ps(tile + c * kLanes, _mm256_permute2f128_ps(quads[c], quads[c + 4], 0x20));
    _mm256_storeu_ps(tile + (c + 4) * kLanes, _mm256_permute2f128_ps(quads[c], quads[c + 4], 0x31));
  }
}

// Rows lie pages apart, beyond what the processor fetches by itself: each head fetches what the next one will read.
LECTERN_SIMD void fetch_next_head(const float* head, int dim) {
  for (int d = 0; d < dim; d += kLanes) _mm_prefetch(reinterpret_cast<const char*>(head + dim + d), _MM_HINT_T1);
}

// What keys and values are copied as.
#if defined(LECTERN_ISA_AVX512_BF16)
using Element = BF16;
#else
using Element = float;
#endif

// One head of one unit.
template <typename T>
class UnitWork {
 public:
  UnitWork(const EncoderAttentionArgs& args, const Unit& unit, int head)
      : args_(args), unit_(unit), dim_(args.head_dim), column_(static_cast<std::int64_t>(head) * args.head_dim) {
    static thread_local Scratch scratch;
    const auto dim = static_cast<std::size_t>(dim_);
    float* acc = scratch.floats((2 * kUnitRows + 2 * kSplit) * dim + 4 * kUnitRows);
    float* largest = acc + kUnitRows * dim;
    first_ = reinterpret_cast<int*>(largest + 2 * kUnitRows);
    last_ = first_ + kUnitRows;
    rows_ = {unit.rows, acc, largest, largest + kUnitRows, first_, last_};
    q_ = reinterpret_cast<T*>(last_ + kUnitRows);
    keys_ = q_ + kUnitRows * dim;
    values_ = keys_ + kSplit * dim;
  }

  void attend() {
    load_queries();
    clear(rows_, dim_);
    for (int begin = unit_.begin; begin < unit_.end; begin += kSplit) {
      const int keys = std::min(kSplit, unit_.end - begin);
      std::fill_n(first_, unit_.rows, 0);
      std::fill_n(last_, unit_.rows, keys - 1);
      attend_split(copied(begin, keys), q_, rows_);
    }
    write();
  }

 private:
  void load_queries() {
    const F32x16 scale = broadcast(args_.scale * 1.44269504f);
    for (int r = 0; r < unit_.rows; ++r) {
      const float* q = args_.q.row<float>(unit_.row + r) + column_;
      fetch_next_head(q, dim_);
      for (int d = 0; d < dim_; d += kLanes) store_element(q_ + r * dim_ + d, load(q + d) * scale);
    }
  }

  // Copies, since rows of a wide buffer lie pages apart: every block of queries reads all of them.
  Split<T> copied(int begin, int keys) const {
    Split<T> split{};
    split.head_dim = dim_;
    for (int j = 0; j < keys; j += kLanes) {
      const int count = std::min(kLanes, keys - j);
      const std::int64_t at = static_cast<std::int64_t>(j) * dim_;
      copy_keys(begin + j, count, keys_ + at);
      copy_values(begin + j, count, values_ + at);
      split.keys[j / kLanes] = split.next_keys[j / kLanes] = keys_ + at;
      split.values[j / kLanes] = values_ + at;
    }
    return split;
  }

  // To [head_dim][16], in BF16 [head_dim / 2][16][2]. In the place of keys behind the last stands the last one again.
  void copy_keys(int row, int keys, T* tile) const {
    alignas(64) T rounded[kLanes * kMaxHeadDim];
    const float* words[kLanes];  // each row's: an element, or two in BF16
    for (int j = 0; j < kLanes; ++j) {
      const float* k = args_.k.row<float>(row + std::min(j, keys - 1)) + column_;
      if constexpr (kTerms<T> == 1) {
        words[j] = k;
      } else {
        T* to = rounded + j * dim_;
        for (int d = 0; d < dim_; d += kLanes) store_element(to + d, load(k + d));
        words[j] = reinterpret_cast<const float*>(to);
      }
      fetch_next_head(k, dim_);
    }
    auto* to = reinterpret_cast<float*>(tile);
    for (int d = 0; d < dim_ / kTerms<T>; d += 8) {
      transpose_8x8(words, d, to + d * kLanes);
      transpose_8x8(words + 8, d, to + d * kLanes + 8);
    }
  }

  // To [16][head_dim], in BF16 [8][head_dim][2].
  void copy_values(int row, int values, T* tile) const {
    for (int i = 0; i < values; i += kTerms<T>, tile += kTerms<T> * dim_) {
      const float* v = args_.v.row<float>(row + i) + column_;
      const float* next = args_.v.row<float>(row + std::min(i + 1, values - 1)) + column_;
      fetch_next_head(v, dim_);
      if constexpr (kTerms<T> == 1) {
        for (int d = 0; d < dim_; d += kLanes) store(tile + d, load(v + d));
      } else {
        fetch_next_head(next, dim_);
        for (int d = 0; d < dim_; d += kLanes) store_pairs(tile + 2 * d, load(v + d), load(next + d));
      }
    }
  }

  void write() const {
    for (int r = 0; r < unit_.rows; ++r) {
      float* acc = rows_.acc + r * dim_;
      const F32x16 share = broadcast(1.0f / rows_.total[r]);
      for (int d = 0; d < dim_; d += kLanes) store(acc + d, load(acc + d) * share);
      store_row_part(args_.out, unit_.row + r, column_, dim_, acc);
    }
  }

  const EncoderAttentionArgs& args_;
  const Unit& unit_;
  int dim_;
  std::int64_t column_;
  T* q_;     // [rows, head_dim]
  T* keys_;  // a split's
  T* values_;
  int* first_;
  int* last_;
  Rows rows_;
};

}  // namespace

void encoder_attention(const EncoderAttentionArgs& args, Team& team) {
  const std::vector<Unit>& units = plan(*args.batch);
  const auto total = static_cast<std::int64_t>(units.size()) * args.heads;
  const std::int64_t together = std::clamp<std::int64_t>(total / (8 * team.size()), 1, args.heads);  // heads of an item
  const std::int64_t items = (args.heads + together - 1) / together;                                 // of a unit
  team.parallel_for(static_cast<std::int64_t>(units.size()) * items, [&](std::int64_t item) {
    const std::int64_t first = item % items * together;
    for (std::int64_t head = first; head < std::min<std::int64_t>(first + together, args.heads); ++head) {
      UnitWork<Element>(args, units[static_cast<std::size_t>(item / items)], static_cast<int>(head)).attend();
    }
  });
}

LECTERN_ISA_END
