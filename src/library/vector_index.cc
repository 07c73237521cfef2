#include "library/vector_index.h"

#include <algorithm>
#include <bit>

namespace lectern::library {
namespace {

// Exact for every finite F16, subnormal ones too; unlike f16_to_float it has no branch, so that compilers vectorise it.
inline float finite_f16_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const float magnitude = std::bit_cast<float>(static_cast<std::uint32_t>(half & 0x7fffu) << 13) * 0x1p112f;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
}

float dot(const std::uint16_t* row, const float* query, std::size_t size) {
  constexpr std::size_t kLanes = 16;  // sums side by side: additions need not wait for each other
  float sums[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += finite_f16_to_float(row[i + lane]) * query[i + lane];
    }
  }
  float total = 0;
  for (; i < size; ++i) total += finite_f16_to_float(row[i]) * query[i];
  for (const float sum : sums) total += sum;
  return total;
}

class FlatIndex final : public VectorIndex {
 public:
  explicit FlatIndex(std::size_t dimension) : dimension_(dimension) {}

  std::size_t size() const override { return ids_.size(); }

  void add(std::int64_t id, std::span<const std::uint16_t> vector) override {
    ids_.push_back(id);
    values_.insert(values_.end(), vector.begin(), vector.end());
  }

  void retain(std::span<const std::int64_t> ids) override {
    std::size_t kept = 0;
    auto wanted = ids.begin();
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      wanted = std::lower_bound(wanted, ids.end(), ids_[i]);
      if (wanted == ids.end()) break;
      if (*wanted != ids_[i]) continue;
      ids_[kept] = ids_[i];
      std::copy_n(row(i), dimension_, values_.begin() + static_cast<std::ptrdiff_t>(kept * dimension_));
      ++kept;
    }
    ids_.resize(kept);
    values_.resize(kept * dimension_);
  }

  std::vector<Neighbor> nearest(std::span<const float> query, std::size_t count) const override {
    std::vector<Neighbor> all(ids_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = {ids_[i], dot(row(i), query.data(), dimension_)};
    count = std::min(count, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                      [](const Neighbor& a, const Neighbor& b) {
                        return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
                      });
    all.resize(count);
    return all;
  }

  float similarity(std::int64_t id, std::span<const float> query) const override {
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || *found != id) return 0;
    return dot(row(static_cast<std::size_t>(found - ids_.begin())), query.data(), dimension_);
  }

 private:
  const std::uint16_t* row(std::size_t i) const { return values_.data() + i * dimension_; }

  std::size_t dimension_;
  std::vector<std::int64_t> ids_;      // ascending
  std::vector<std::uint16_t> values_;  // F16 [ids, dimension]
};

}  // namespace

std::unique_ptr<VectorIndex> make_flat_index(std::size_t dimension) { return std::make_unique<FlatIndex>(dimension); }

}  // namespace lectern::library
