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

// One head of one unit.
class UnitWork {
 public:
  UnitWork(const EncoderAttentionArgs& args, const Unit& unit, int head)
      : args_(args), unit_(unit), dim_(args.head_dim), column_(static_cast<std::int64_t>(head) * args.head_dim) {
    static thread_local Scratch scratch;
    const auto dim = static_cast<std::size_t>(dim_);
    q_ = scratch.floats((2 * kUnitRows + kSplit) * dim + 4 * kUnitRows);
    keys_ = q_ + kUnitRows * dim;
    float* acc = keys_ + kSplit * dim;
    float* largest = acc + kUnitRows * dim;
    first_ = reinterpret_cast<int*>(largest + 2 * kUnitRows);
    last_ = first_ + kUnitRows;
    rows_ = {unit.rows, q_, acc, largest, largest + kUnitRows, first_, last_};
  }

  void attend() {
    load_queries();
    clear(rows_, dim_);
    for (int begin = unit_.begin; begin < unit_.end; begin += kSplit) {
      const int keys = std::min(kSplit, unit_.end - begin);
      std::fill_n(first_, unit_.rows, 0);
      std::fill_n(last_, unit_.rows, keys - 1);
      attend_split(find(begin, keys), rows_);
    }
    write();
  }

 private:
  void load_queries() {
    const F32x16 scale = broadcast(args_.scale * 1.44269504f);
    for (int r = 0; r < unit_.rows; ++r) {
      const float* q = args_.q.row<float>(unit_.row + r) + column_;
      for (int d = 0; d < dim_; d += kLanes) store(q_ + r * dim_ + d, load(q + d) * scale);
    }
  }

  Split<float> find(int begin, int keys) {
    Split<float> split{};
    split.head_dim = dim_;
    split.value_stride = static_cast<std::int64_t>(args_.v.stride / sizeof(float));
    for (int j = 0; j < keys; j += kLanes) {
      float* tile = keys_ + static_cast<std::int64_t>(j) * dim_;
      transpose(begin + j, std::min(kLanes, keys - j), tile);
      split.keys[j / kLanes] = tile;
      split.values[j / kLanes] = args_.v.row<float>(begin + j) + column_;
    }
    return split;
  }

  // [16 keys, head_dim] to [head_dim, 16]; keys behind the last are zeros.
  void transpose(int row, int keys, float* tile) const {
    for (int j = 0; j < keys; ++j) {
      const float* k = args_.k.row<float>(row + j) + column_;
      for (int d = 0; d < dim_; ++d) tile[d * kLanes + j] = k[d];
    }
    for (int j = keys; j < kLanes; ++j) {
      for (int d = 0; d < dim_; ++d) tile[d * kLanes + j] = 0.0f;
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
  float* q_;     // [rows, head_dim]
  float* keys_;  // of a split, [16][head_dim][16]
  int* first_;
  int* last_;
  Rows rows_;
};

}  // namespace

void encoder_attention(const EncoderAttentionArgs& args, Team& team) {
  const std::vector<Unit>& units = plan(*args.batch);
  team.parallel_for(static_cast<std::int64_t>(units.size()) * args.heads, [&](std::int64_t item) {
    UnitWork(args, units[static_cast<std::size_t>(item / args.heads)], static_cast<int>(item % args.heads)).attend();
  });
}

LECTERN_ISA_END
