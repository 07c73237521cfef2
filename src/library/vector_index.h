// Nearest vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace lectern::library {

struct Neighbor {
  std::int64_t id = 0;
  float similarity = 0;  // cosine: all vectors have length 1
};

/// The order of what is found: nearest first, equal ones by id.
inline bool nearer(const Neighbor& a, const Neighbor& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
}

/// Derived from what the library stores, and rebuilt from it at will. An id may have several vectors: the nearest
/// counts.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  virtual std::size_t size() const = 0;  // ids
  /// `id` is larger than any before; `vectors` is F16 [its vectors, dimension].
  virtual void add(std::int64_t id, std::span<const std::uint16_t> vectors) = 0;
  /// Keeps those of `ids` (ascending) and drops the rest.
  virtual void retain(std::span<const std::int64_t> ids) = 0;
  /// The `count` nearest to `query` [dimension], in the order of `nearer`.
  virtual std::vector<Neighbor> nearest(std::span<const float> query, std::size_t count) const = 0;
  /// Of one id; 0 where there is no such.
  virtual float similarity(std::int64_t id, std::span<const float> query) const = 0;
};

/// Compares with every vector, kept in 8 bits a number: docs/decisions/0005 says how near to exact that is.
std::unique_ptr<VectorIndex> make_flat_index(std::size_t dimension);

}  // namespace lectern::library
