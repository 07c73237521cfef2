// Sequences whose keys and values lie in a paged cache, driven step by step as the runtime does.
#pragma once

#include <algorithm>
#include <map>
#include <numeric>

#include "kernels/kv_cache.h"
#include "row_checks.h"

namespace lectern::kernels::test {

struct AttentionShape {
  DType type = DType::kF16;
  int heads = 3, kv_heads = 1, head_dim = 64;
  int block_size = 16;
  int window = 0;
  std::vector<int> lengths = {100};  // of the sequences

  int tokens() const { return std::accumulate(lengths.begin(), lengths.end(), 0); }
  int width() const { return heads * head_dim; }
  int kv_width() const { return kv_heads * head_dim; }
  float scale() const { return 1.0f / std::sqrt(static_cast<float>(head_dim)); }
};

/// How the work is cut; none of it may change a bit.
struct AttentionSchedule {
  int chunk = 1 << 20;  // tokens of a sequence a step
  int workers = 1;
  unsigned placement = 1;  // seed of the order in which blocks are taken
  bool together = true;    // all sequences in each step, or one after the other
  DType out = DType::kF32;
};

/// Random queries, keys and values, a row a token, sequence after sequence.
struct AttentionInputs {
  explicit AttentionInputs(const AttentionShape& shape)
      : q(Matrix::random(shape.tokens(), shape.width(), 1, 2.0f)),
        k(Matrix::random(shape.tokens(), shape.kv_width(), 2)),
        v(Matrix::random(shape.tokens(), shape.kv_width(), 3)) {}
  Matrix q, k, v;
};

/// Whatever is not written, or was freed, is NaN; blocks behind a window are freed and -1 in the table.
class PagedSequences {
 public:
  PagedSequences(const AttentionShape& shape, const AttentionInputs& inputs, const AttentionSchedule& schedule, Isa isa)
      : shape_(shape), inputs_(inputs), schedule_(schedule), kernels_(cpu_kernels(isa)), pool_(schedule.workers) {
    for (const int length : shape.lengths) table_width_ = std::max(table_width_, blocks_of(length));
    const auto blocks = static_cast<std::size_t>(table_width_) * shape.lengths.size() + 3;
    layer_bytes_ = kv_layer_bytes(shape.type, shape.kv_heads, shape.head_dim, shape.block_size);
    memory_ = std::make_unique<Bytes>(blocks * kLayers * layer_bytes_);
    std::memset(memory_->data(), 0xff, blocks * kLayers * layer_bytes_);  // NaN in every type
    free_.resize(blocks);
    std::iota(free_.begin(), free_.end(), 0);
    std::shuffle(free_.begin(), free_.end(), std::mt19937(schedule.placement));
    tables_.assign(shape.lengths.size() * static_cast<std::size_t>(table_width_), -1);
    done_.assign(shape.lengths.size(), 0);
  }

  /// Runs everything; the rows of `out` are those of the inputs.
  Matrix run_all() {
    Matrix out(schedule_.out, shape_.tokens(), shape_.width());
    if (schedule_.together) {
      std::vector<std::size_t> all(shape_.lengths.size());
      std::iota(all.begin(), all.end(), std::size_t{0});
      while (step(all, out)) {
      }
    } else {
      for (std::size_t s = 0; s < shape_.lengths.size(); ++s) {
        while (step({s}, out)) {
        }
      }
    }
    return out;
  }

 private:
  static constexpr int kLayers = 2, kLayer = 1;

  int blocks_of(int tokens) const { return (tokens + shape_.block_size - 1) / shape_.block_size; }
  std::int32_t& block(std::size_t sequence, int index) {
    return tables_[sequence * static_cast<std::size_t>(table_width_) + static_cast<std::size_t>(index)];
  }

  // The blocks that tokens from `position` on no longer see.
  void free_behind_window(std::size_t sequence, int position) {
    if (shape_.window == 0) return;
    for (int b = 0; (b + 1) * shape_.block_size <= position - shape_.window + 1; ++b) {
      std::int32_t& id = block(sequence, b);
      if (id < 0) continue;
      const std::size_t bytes = kLayers * layer_bytes_;
      std::memset(memory_->data() + static_cast<std::size_t>(id) * bytes, 0xff, bytes);
      free_.insert(free_.begin(), id);
      id = -1;
    }
  }

  bool step(const std::vector<std::size_t>& sequences, const Matrix& out) {
    std::vector<std::int32_t> positions, starts = {0}, rows, tables;
    std::vector<std::int64_t> slots;
    for (const std::size_t s : sequences) {
      const int count = std::min(schedule_.chunk, shape_.lengths[s] - done_[s]);
      if (count == 0) continue;
      free_behind_window(s, done_[s]);
      const int before = std::accumulate(shape_.lengths.begin(), shape_.lengths.begin() + static_cast<long>(s), 0);
      for (int p = done_[s]; p < done_[s] + count; ++p) {
        std::int32_t& id = block(s, p / shape_.block_size);
        if (id < 0) {
          id = free_.back();
          free_.pop_back();
        }
        positions.push_back(p);
        rows.push_back(before + p);
        slots.push_back(std::int64_t{id} * shape_.block_size + p % shape_.block_size);
      }
      done_[s] += count;
      starts.push_back(static_cast<std::int32_t>(positions.size()));
      tables.insert(tables.end(), &block(s, 0), &block(s, 0) + table_width_);
    }
    if (positions.empty()) return false;
    run_step(positions, starts, rows, tables, slots, out);
    return true;
  }

  void run_step(const std::vector<std::int32_t>& positions, const std::vector<std::int32_t>& starts,
                const std::vector<std::int32_t>& rows, const std::vector<std::int32_t>& tables,
                const std::vector<std::int64_t>& slots, const Matrix& out) {
    Batch batch;
    batch.tokens = static_cast<int>(positions.size());
    batch.sequences = static_cast<int>(starts.size()) - 1;
    batch.positions = positions.data();
    batch.sequence_starts = starts.data();
    KvCache cache{memory_->data(), kLayers * layer_bytes_, layer_bytes_, shape_.block_size, shape_.kv_heads,
                  shape_.head_dim, tables.data(),          table_width_, slots.data()};
    const Matrix q = gather(inputs_.q, rows), k = gather(inputs_.k, rows), v = gather(inputs_.v, rows);
    const Matrix result(schedule_.out, batch.tokens, shape_.width());
    const KvWriteArgs write{k.view(), v.view(), &cache, kLayer, shape_.type};
    const AttentionArgs attend{q.view(),     &cache,        kLayer,         shape_.type,  &batch,
                               shape_.heads, shape_.window, shape_.scale(), result.view()};
    pool_.run([&](Team& team) {
      kernels_.kv_write(write, team);
      kernels_.attention(attend, team);
    });
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::memcpy(out.view().row<std::byte>(rows[i]), result.view().row<std::byte>(static_cast<std::int64_t>(i)),
                  result.view().stride);
    }
  }

  static Matrix gather(const Matrix& from, const std::vector<std::int32_t>& rows) {
    Matrix to(DType::kF32, static_cast<std::int64_t>(rows.size()), from.view().columns);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(from.row(rows[i]), from.view().columns, to.row(static_cast<std::int64_t>(i)));
    }
    return to;
  }

  AttentionShape shape_;
  const AttentionInputs& inputs_;
  AttentionSchedule schedule_;
  const KernelTable& kernels_;
  WorkerPool pool_;
  int table_width_ = 0;
  std::size_t layer_bytes_ = 0;
  std::unique_ptr<Bytes> memory_;
  std::vector<std::int32_t> free_;    // blocks, the next at the back
  std::vector<std::int32_t> tables_;  // [sequences, table_width]
  std::vector<int> done_;             // tokens of each sequence so far
};

}  // namespace lectern::kernels::test
