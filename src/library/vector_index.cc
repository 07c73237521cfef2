#include "library/vector_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <thread>

#include "core/half.h"
#include "core/isa.h"
#include "lectern/error.h"
#include "library/vector_scan.h"

namespace lectern::library {
namespace {

// Fewer are scanned before a thread has started.
constexpr std::size_t kVectorsAThread = 16384;

struct Query {
  std::vector<std::int16_t> values;
  float scale = 0;  // value * scale is what was asked for
};

float largest(std::span<const float> values) {
  float most = 0;
  for (const float value : values) most = std::max(most, std::abs(value));
  return most;
}

Query quantized(std::span<const float> query) {
  Query out;
  out.scale = largest(query) / kScanQueryMax;
  const float inverse = out.scale > 0 ? 1 / out.scale : 0;
  for (const float value : query) out.values.push_back(static_cast<std::int16_t>(std::lrint(value * inverse)));
  return out;
}

class FlatIndex final : public VectorIndex {
 public:
  explicit FlatIndex(std::size_t dimension) : dimension_(dimension) {
    if (dimension > kScanMaxDimension) {
      throw Error(ErrorCode::kUnsupported, "The embedding model's vectors have " + std::to_string(dimension) +
                                               " numbers; a library takes " + std::to_string(kScanMaxDimension) +
                                               " at most.");
    }
  }

  std::size_t size() const override { return ids_.size(); }

  void add(std::int64_t id, std::span<const std::uint16_t> vectors) override {
    std::vector<float> row(dimension_);
    for (std::size_t at = 0; at + dimension_ <= vectors.size(); at += dimension_) {
      std::transform(vectors.begin() + static_cast<std::ptrdiff_t>(at),
                     vectors.begin() + static_cast<std::ptrdiff_t>(at + dimension_), row.begin(), f16_to_float);
      const float scale = largest(row) / 127;
      const float inverse = scale > 0 ? 1 / scale : 0;
      for (const float value : row) values_.push_back(static_cast<std::int8_t>(std::lrint(value * inverse)));
      scales_.push_back(scale);
    }
    ids_.push_back(id);
    ends_.push_back(scales_.size());
  }

  void retain(std::span<const std::int64_t> ids) override {
    std::size_t kept = 0, vectors = 0, begin = 0;
    auto wanted = ids.begin();
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const std::size_t first = begin, last = begin = ends_[i];
      wanted = std::lower_bound(wanted, ids.end(), ids_[i]);
      if (wanted == ids.end()) break;
      if (*wanted != ids_[i]) continue;
      std::copy(row(first), row(last), values_.data() + vectors * dimension_);
      std::copy(scales_.data() + first, scales_.data() + last, scales_.data() + vectors);
      vectors += last - first;
      ids_[kept] = ids_[i];
      ends_[kept++] = vectors;
    }
    ids_.resize(kept);
    ends_.resize(kept);
    scales_.resize(vectors);
    values_.resize(vectors * dimension_);
  }

  std::vector<Neighbor> nearest(std::span<const float> query, std::size_t count) const override {
    const Query asked = quantized(query);
    std::vector<Neighbor> all(ids_.size());
    const std::size_t most = std::max(std::thread::hardware_concurrency(), 1u);
    const std::size_t threads = std::clamp<std::size_t>(scales_.size() / kVectorsAThread, 1, most);
    {
      std::vector<std::jthread> helpers;
      for (std::size_t t = 1; t < threads; ++t) {
        const std::size_t first = all.size() * t / threads, last = all.size() * (t + 1) / threads;
        helpers.emplace_back([&, first, last] { compare(asked, first, last, all.data() + first); });
      }
      compare(asked, 0, all.size() / threads, all.data());
    }
    count = std::min(count, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), nearer);
    all.resize(count);
    return all;
  }

  float similarity(std::int64_t id, std::span<const float> query) const override {
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || *found != id) return 0;
    const auto at = static_cast<std::size_t>(found - ids_.begin());
    Neighbor one;
    compare(quantized(query), at, at + 1, &one);
    return one.similarity;
  }

 private:
  const std::int8_t* row(std::size_t i) const { return values_.data() + i * dimension_; }
  std::size_t begin_of(std::size_t id) const { return id == 0 ? 0 : ends_[id - 1]; }

  // The ids [first, last) of all, into `out`.
  void compare(const Query& query, std::size_t first, std::size_t last, Neighbor* out) const {
    if (first == last) return;
    std::size_t at = begin_of(first);
    std::vector<std::int32_t> sums(ends_[last - 1] - at);
    scan(row(at), query.values, sums, isa_);
    for (std::size_t i = first, sum = 0; i < last; ++i) {
      float best = at == ends_[i] ? 0 : -std::numeric_limits<float>::infinity();
      for (; at < ends_[i]; ++at, ++sum) best = std::max(best, static_cast<float>(sums[sum]) * scales_[at]);
      *out++ = {ids_[i], best * query.scale};
    }
  }

  const Isa isa_ = active_isa();
  std::size_t dimension_;
  std::vector<std::int64_t> ids_;    // ascending
  std::vector<std::size_t> ends_;    // where an id's vectors end; they begin where the one's before end
  std::vector<float> scales_;        // of each vector
  std::vector<std::int8_t> values_;  // [vectors, dimension], times its scale
};

}  // namespace

std::unique_ptr<VectorIndex> make_flat_index(std::size_t dimension) { return std::make_unique<FlatIndex>(dimension); }

}  // namespace lectern::library
