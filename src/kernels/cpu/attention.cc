#include <algorithm>
#include <vector>

#include "kernels/cpu/attention_split.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"
#include "kernels/cpu/scratch.h"
#include "kernels/kv_cache.h"

LECTERN_ISA_BEGIN

namespace {

// Query rows that take their turn at a split together: each converted key then serves that many.
constexpr int kUnitRows = 96;
// From so many rows on, a split of F16 is converted to F32 once rather than by every block of rows.
constexpr int kRowsWorthConverting = 2 * kBlockRows;
// Splits of a long unit that are computed side by side before they are merged, at most; those that a worker takes at
// once, so that it can fetch ahead; and the floats that a round fills.
constexpr int kRoundSplits = 16;
constexpr int kItemSplits = 4;
constexpr std::int64_t kRoundFloats = 1 << 20;

// Some tokens of a sequence: for one KV head, the work of one worker.
struct Unit {
  int sequence;
  int row;  // the first token's
  int tokens;
  int first, last;  // positions of the keys that they see

  int first_split() const { return first / kSplit; }
  int splits() const { return last / kSplit - first_split() + 1; }
};

class Plan {
 public:
  Plan(const AttentionArgs& args, int workers) : args_(args), workers_(workers) {
    units_.clear();
    const Batch& batch = *args.batch;
    const int tokens = unit_tokens();
    for (int s = 0; s < batch.sequences; ++s) {
      const int end = batch.sequence_starts[s + 1];
      for (int row = batch.sequence_starts[s]; row < end; row += tokens) add(s, row, std::min(tokens, end - row));
    }
    std::sort(units_.begin(), units_.end(), [](const Unit& a, const Unit& b) {
      const auto cost_a = cost(a), cost_b = cost(b);
      return cost_a != cost_b ? cost_a > cost_b : a.row < b.row;
    });
    count_long_units();
  }

  int group() const { return args_.heads / args_.cache->kv_heads; }
  /// From the costliest on.
  const std::vector<Unit>& units() const { return units_; }
  /// So many, at the front, are worth sharing among workers split by split.
  int long_units() const { return long_units_; }

 private:
  static std::int64_t cost(const Unit& u) { return static_cast<std::int64_t>(u.last - u.first + 1) * u.tokens; }

  // Large enough to convert keys once for many rows, small enough that every worker has several units.
  int unit_tokens() const {
    const std::int64_t shares = static_cast<std::int64_t>(args_.batch->tokens) * args_.cache->kv_heads / (4 * workers_);
    return static_cast<int>(std::clamp<std::int64_t>(shares, 1, std::max(1, kUnitRows / group())));
  }

  void add(int sequence, int row, int tokens) {
    const std::int32_t* positions = args_.batch->positions + row;
    const int first = args_.window > 0 ? std::max(0, positions[0] - args_.window + 1) : 0;
    units_.push_back({sequence, row, tokens, first, positions[tokens - 1]});
  }

  void count_long_units() {
    std::int64_t total = 0;
    for (const Unit& u : units_) total += cost(u) * args_.cache->kv_heads;
    long_units_ = 0;
    if (workers_ == 1) return;
    for (const Unit& u : units_) {
      if (u.splits() == 1 || cost(u) * 3 * workers_ <= total) break;
      ++long_units_;
    }
  }

  const AttentionArgs& args_;
  int workers_;
  int long_units_ = 0;
  static thread_local std::vector<Unit> units_;
};

thread_local std::vector<Unit> Plan::units_;

// The rows of a unit for one KV head, in a worker's scratch or a team's.
struct RowMemory {
  float* acc;
  float* largest;
  float* total;

  static std::int64_t floats(int rows, int head_dim) { return static_cast<std::int64_t>(rows) * (head_dim + 2); }
  static RowMemory at(float* memory, int rows, int head_dim) {
    float* largest = memory + static_cast<std::int64_t>(rows) * head_dim;
    return {memory, largest, largest + rows};
  }
};

template <typename T>
class UnitWork {
 public:
  UnitWork(const AttentionArgs& args, const Unit& unit, int kv_head, int group)
      : args_(args), cache_(*args.cache), unit_(unit), kv_head_(kv_head), group_(group), rows_(unit.tokens * group) {
    static thread_local Scratch scratch;
    const auto dim = static_cast<std::size_t>(cache_.head_dim);
    const auto rows = static_cast<std::size_t>(rows_);
    float* memory = scratch.floats(rows * (dim + 2) + 2 * kSplit * dim + 64);
    q_ = reinterpret_cast<Factor<T>*>(memory);
    keys_ = memory + (rows * dim + 15) / 16 * 16;
    values_ = keys_ + kSplit * dim;
    first_ = reinterpret_cast<int*>(values_ + kSplit * dim);
    last_ = first_ + rows;
    table_ = cache_.block_tables + static_cast<std::int64_t>(unit.sequence) * cache_.table_width;
  }

  int rows() const { return rows_; }

  Rows view(const RowMemory& memory) const { return {rows_, memory.acc, memory.largest, memory.total, first_, last_}; }

  void load_queries() {
    const F32x16 scale = broadcast(args_.scale * 1.44269504f);
    for (int r = 0; r < rows_; ++r) {
      const float* q = args_.q.row<float>(unit_.row + r / group_) + column(r);
      Factor<T>* to = q_ + r * cache_.head_dim;
      for (int d = 0; d < cache_.head_dim; d += kLanes) store_element(to + d, load(q + d) * scale);
    }
  }

  /// Adds a split to `rows`; `next_split` is what this worker will do then, or the same.
  void attend(int split, int next_split, const Rows& rows) {
    const int begin = split * kSplit;
    for (int r = 0; r < rows_; ++r) {
      const int last = args_.batch->positions[unit_.row + r / group_];
      const int first = args_.window > 0 ? std::max(0, last - args_.window + 1) : 0;
      first_[r] = std::max(first - begin, 0);
      last_[r] = std::min(last - begin, kSplit - 1);
    }
    const Split<T> found = find(split, next_split);
    if constexpr (std::is_same_v<T, F16>) {
      if (rows_ >= kRowsWorthConverting) return attend_split(converted(found, split), q_, rows);
    }
    attend_split(found, q_, rows);
  }

  void write(const Rows& rows) const {
    alignas(64) float out[kMaxHeadDim];
    for (int r = 0; r < rows_; ++r) {
      const float* acc = rows.acc + static_cast<std::int64_t>(r) * cache_.head_dim;
      const F32x16 share = broadcast(1.0f / rows.total[r]);
      for (int d = 0; d < cache_.head_dim; d += kLanes) store(out + d, load(acc + d) * share);
      store_row_part(args_.out, unit_.row + r / group_, column(r), cache_.head_dim, out);
    }
  }

 private:
  std::int64_t column(int r) const {
    return (static_cast<std::int64_t>(kv_head_) * group_ + r % group_) * cache_.head_dim;
  }

  // Keys of the split that some row sees, counted in it.
  int first_key(int split) const { return std::max(unit_.first - split * kSplit, 0); }
  int last_key(int split) const { return std::min(unit_.last - split * kSplit, kSplit - 1); }

  Split<T> find(int split, int next_split) const {
    Split<T> found{};
    found.head_dim = cache_.head_dim;
    for (int tile = first_key(split) / kLanes; tile <= last_key(split) / kLanes; ++tile) {
      found.keys[tile] = stored(split, tile) + key_tile_offset(cache_, kv_head_, slot(split, tile));
      found.values[tile] = stored(split, tile) + value_tile_offset(cache_, kv_head_, slot(split, tile));
      const bool comes = tile <= last_key(next_split) / kLanes;  // at or after this split: never behind the window
      found.next_keys[tile] = comes
                                  ? stored(next_split, tile) + key_tile_offset(cache_, kv_head_, slot(next_split, tile))
                                  : found.keys[tile];
    }
    return found;
  }

  int slot(int split, int tile) const { return (split * kSplit + tile * kLanes) % cache_.block_size; }
  // This layer's part of the block that holds a tile.
  const T* stored(int split, int tile) const {
    const auto block = static_cast<std::size_t>(table_[(split * kSplit + tile * kLanes) / cache_.block_size]);
    return reinterpret_cast<const T*>(cache_.base + block * cache_.block_stride +
                                      static_cast<std::size_t>(args_.layer) * cache_.layer_stride);
  }

  Split<float> converted(const Split<T>& found, int split) const {
    Split<float> copy{};
    copy.head_dim = cache_.head_dim;
    const int size = kLanes * cache_.head_dim;  // of a tile
    for (int tile = first_key(split) / kLanes; tile <= last_key(split) / kLanes; ++tile) {
      float* keys = keys_ + tile * size;
      float* values = values_ + tile * size;
      for (int i = 0; i < size; i += kLanes) {
        store(keys + i, load_lanes(found.keys[tile] + i));
        store(values + i, load_lanes(found.values[tile] + i));
      }
      copy.keys[tile] = copy.next_keys[tile] = keys;
      copy.values[tile] = values;
    }
    return copy;
  }

  const AttentionArgs& args_;
  const KvCache& cache_;
  const Unit& unit_;
  int kv_head_;
  int group_;  // query heads that read the KV head
  int rows_;
  const std::int32_t* table_;
  Factor<T>* q_;  // [rows, head_dim]
  float* keys_;   // a split's, as F32
  float* values_;
  int* first_;  // [rows]
  int* last_;
};

template <typename T>
void attend_alone(const AttentionArgs& args, const Unit& unit, int kv_head, int group) {
  static thread_local Scratch scratch;
  UnitWork<T> work(args, unit, kv_head, group);
  const int head_dim = args.cache->head_dim;
  const auto floats = static_cast<std::size_t>(RowMemory::floats(work.rows(), head_dim));
  const Rows rows = work.view(RowMemory::at(scratch.floats(floats), work.rows(), head_dim));
  clear(rows, head_dim);
  work.load_queries();
  const int last = unit.first_split() + unit.splits() - 1;
  for (int s = unit.first_split(); s <= last; ++s) work.attend(s, std::min(s + 1, last), rows);
  work.write(rows);
}

// The long units, a round of splits at a time: every split into its own place, then each unit's merged in order.
template <typename T>
class SharedUnits {
 public:
  SharedUnits(const AttentionArgs& args, const Plan& plan, Team& team)
      : args_(args), plan_(plan), team_(team), streams_(plan.long_units() * args.cache->kv_heads) {
    for (int u = 0; u < plan.long_units(); ++u) {
      most_rows_ = std::max(most_rows_, plan.units()[static_cast<std::size_t>(u)].tokens * plan.group());
      most_splits_ = std::max(most_splits_, plan.units()[static_cast<std::size_t>(u)].splits());
    }
    place_ = RowMemory::floats(most_rows_, args.cache->head_dim);
    const std::int64_t fitting = kRoundFloats / (place_ * streams_);
    round_ = static_cast<int>(std::clamp<std::int64_t>(fitting, 1, std::min(kRoundSplits, most_splits_)));
    item_ = std::clamp(streams_ * round_ / (4 * team.size()), 1, kItemSplits);
  }

  void attend() {
    static thread_local Scratch scratch;
    const auto floats = static_cast<std::size_t>(place_ * streams_ * (round_ + 1));
    memory_ = team_.broadcast(team_.rank() == 0 ? scratch.floats(floats) : nullptr);
    for (int begin = 0; begin < most_splits_; begin += round_) {
      const int items = (round_ + item_ - 1) / item_;  // of a stream
      team_.parallel_for(static_cast<std::int64_t>(streams_) * items, [&](std::int64_t item) {
        compute(static_cast<int>(item) / items, begin, static_cast<int>(item) % items * item_);
      });
      team_.parallel_for(streams_, [&](std::int64_t stream) { merge_round(static_cast<int>(stream), begin); });
    }
  }

 private:
  const Unit& unit(int stream) const { return plan_.units()[static_cast<std::size_t>(stream / args_.cache->kv_heads)]; }
  UnitWork<T> work(int stream) const {
    return UnitWork<T>(args_, unit(stream), stream % args_.cache->kv_heads, plan_.group());
  }
  // Place `round_` of a stream is what was merged so far.
  Rows rows(const UnitWork<T>& work, int stream, int place) const {
    float* memory = memory_ + (static_cast<std::int64_t>(stream) * (round_ + 1) + place) * place_;
    return work.view(RowMemory::at(memory, work.rows(), args_.cache->head_dim));
  }

  void compute(int stream, int begin, int first_place) const {
    const int end = std::min({first_place + item_, round_, unit(stream).splits() - begin});
    if (first_place >= end) return;
    UnitWork<T> part = work(stream);
    part.load_queries();
    const int first_split = unit(stream).first_split() + begin;
    for (int place = first_place; place < end; ++place) {
      const Rows to = rows(part, stream, place);
      clear(to, args_.cache->head_dim);
      part.attend(first_split + place, first_split + std::min(place + 1, end - 1), to);
    }
  }

  void merge_round(int stream, int begin) const {
    const int splits = unit(stream).splits();
    if (begin >= splits) return;
    const UnitWork<T> whole = work(stream);
    const Rows to = rows(whole, stream, round_);
    if (begin == 0) clear(to, args_.cache->head_dim);
    for (int place = 0; place < std::min(round_, splits - begin); ++place) {
      merge(to, rows(whole, stream, place), args_.cache->head_dim);
    }
    if (begin + round_ >= splits) whole.write(to);
  }

  const AttentionArgs& args_;
  const Plan& plan_;
  Team& team_;
  int streams_;  // units times KV heads
  int most_rows_ = 0;
  int most_splits_ = 0;
  std::int64_t place_ = 0;   // floats
  int round_ = 1;            // splits
  int item_ = 1;             // splits that a worker takes at once
  float* memory_ = nullptr;  // [streams, round + 1, place]
};

template <typename T>
void attend_batch(const AttentionArgs& args, Team& team) {
  const Plan plan(args, team.size());
  if (plan.long_units() > 0) SharedUnits<T>(args, plan, team).attend();
  const int kv_heads = args.cache->kv_heads;
  const auto rest = static_cast<std::int64_t>(plan.units().size()) - plan.long_units();
  if (rest == 0) return;
  team.parallel_for(rest * kv_heads, [&](std::int64_t item) {
    const Unit& unit = plan.units()[static_cast<std::size_t>(plan.long_units() + item / kv_heads)];
    attend_alone<T>(args, unit, static_cast<int>(item % kv_heads), plan.group());
  });
}

}  // namespace

void attention(const AttentionArgs& args, Team& team) {
  with_element(args.type, [&]<typename T>() { attend_batch<T>(args, team); });
}

LECTERN_ISA_END
