#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/half.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"
#include "kernels/kv_cache.h"

namespace lectern::kernels::scalar {
namespace {

constexpr int kTile = 16;  // positions

float element(const std::byte* base, std::size_t index, DType type) {
  if (type == DType::kF32) return reinterpret_cast<const float*>(base)[index];
  const std::uint16_t half = reinterpret_cast<const std::uint16_t*>(base)[index];
  return type == DType::kF16 ? f16_to_float(half) : bf16_to_float(half);
}

// One token's query heads that read one KV head.
class Query {
 public:
  Query(const AttentionArgs& args, std::int64_t row, int kv_head)
      : args_(args), cache_(*args.cache), kv_head_(kv_head), group_(args.heads / cache_.kv_heads) {
    const Batch& batch = *args.batch;
    const auto* next = std::upper_bound(batch.sequence_starts, batch.sequence_starts + batch.sequences, row);
    table_ = cache_.block_tables + (next - batch.sequence_starts - 1) * cache_.table_width;
    last_ = batch.positions[row];
    first_ = args.window > 0 ? std::max(0, last_ - args.window + 1) : 0;
    row_ = row;
    column_ = static_cast<std::int64_t>(kv_head) * group_ * cache_.head_dim;
    q_ = args.q.row<float>(row) + column_;
    out_.resize(static_cast<std::size_t>(group_ * cache_.head_dim));
  }

  void attend() {
    const int first_tile = first_ / kTile * kTile;
    const auto keys = static_cast<std::size_t>(last_ - first_tile + 1);
    std::vector<std::vector<float>> weights(static_cast<std::size_t>(group_), std::vector<float>(keys + kTile));
    for (int tile = first_tile; tile <= last_; tile += kTile) score(tile, weights, tile - first_tile);
    for (auto& w : weights) softmax(w, static_cast<std::size_t>(first_ - first_tile), keys);
    add_values(weights, first_tile);
    store_row_part(args_.out, row_, column_, static_cast<std::int64_t>(out_.size()), out_.data());
  }

 private:
  const std::byte* layer_of(int position) const {
    return cache_.base + static_cast<std::size_t>(table_[position / cache_.block_size]) * cache_.block_stride +
           static_cast<std::size_t>(args_.layer) * cache_.layer_stride;
  }

  void score(int tile, std::vector<std::vector<float>>& weights, int to) const {
    const std::byte* layer = layer_of(tile);
    const std::size_t at = key_tile_offset(cache_, kv_head_, tile % cache_.block_size);
    std::vector<float> keys;  // [head_dim][16]
    for (int d = 0; d < cache_.head_dim; ++d) {
      for (int j = 0; j < kTile; ++j) {
        keys.push_back(element(layer, at + key_index(kv_terms(args_.type), j, d), args_.type));
      }
    }
    for (int h = 0; h < group_; ++h) {
      const float* q = q_ + static_cast<std::int64_t>(h) * cache_.head_dim;
      std::array<float, kTile> dot{};
      for (int d = 0; d < cache_.head_dim; ++d) {
        for (int j = 0; j < kTile; ++j)
          dot[static_cast<std::size_t>(j)] += q[d] * keys[static_cast<std::size_t>(d * kTile + j)];
      }
      for (int j = 0; j < kTile; ++j) {
        weights[static_cast<std::size_t>(h)][static_cast<std::size_t>(to + j)] =
            dot[static_cast<std::size_t>(j)] * args_.scale;
      }
    }
  }

  // Of w[first, end); what lies outside is stale.
  static void softmax(std::vector<float>& w, std::size_t first, std::size_t end) {
    float largest = -std::numeric_limits<float>::infinity();
    for (std::size_t i = first; i < end; ++i) largest = std::max(largest, w[i]);
    float total = 0;
    for (std::size_t i = first; i < end; ++i) total += w[i] = std::exp(w[i] - largest);
    for (std::size_t i = first; i < end; ++i) w[i] /= total;
  }

  void add_values(const std::vector<std::vector<float>>& weights, int first_tile) {
    std::vector<float> value(static_cast<std::size_t>(cache_.head_dim));
    for (int position = first_; position <= last_; ++position) {
      const int slot = position % cache_.block_size;
      const std::size_t tile = value_tile_offset(cache_, kv_head_, slot / kTile * kTile);
      for (int d = 0; d < cache_.head_dim; ++d) {
        const std::size_t index = value_index(kv_terms(args_.type), cache_.head_dim, slot % kTile, d);
        value[static_cast<std::size_t>(d)] = element(layer_of(position), tile + index, args_.type);
      }
      for (int h = 0; h < group_; ++h) {
        const float w = weights[static_cast<std::size_t>(h)][static_cast<std::size_t>(position - first_tile)];
        float* out = out_.data() + static_cast<std::int64_t>(h) * cache_.head_dim;
        for (std::size_t d = 0; d < value.size(); ++d) out[d] += w * value[d];
      }
    }
  }

  const AttentionArgs& args_;
  const KvCache& cache_;
  int kv_head_;
  int group_;  // query heads
  const std::int32_t* table_;
  int first_, last_;  // positions of the keys that it sees
  const float* q_;
  std::int64_t row_, column_;
  std::vector<float> out_;  // [group, head_dim]
};

}  // namespace

void attention(const AttentionArgs& args, Team& team) {
  const int kv_heads = args.cache->kv_heads;
  team.parallel_for(args.q.rows * kv_heads, [&](std::int64_t item) {
    Query(args, item / kv_heads, static_cast<int>(item % kv_heads)).attend();
  });
}

}  // namespace lectern::kernels::scalar
