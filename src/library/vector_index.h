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

/// Derived from what the library stores, and rebuilt from it at will.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  virtual std::size_t size() const = 0;
  /// `id` is larger than any before; `vector` is F16 [dimension].
  virtual void add(std::int64_t id, std::span<const std::uint16_t> vector) = 0;
  /// Keeps those of `ids` (ascending) and drops the rest.
  virtual void retain(std::span<const std::int64_t> ids) = 0;
  /// The `count` nearest to `query` [dimension], nearest first; equal ones by id.
  virtual std::vector<Neighbor> nearest(std::span<const float> query, std::size_t count) const = 0;
  /// Of one vector; 0 where there is no such id.
  virtual float similarity(std::int64_t id, std::span<const float> query) const = 0;
};

/// Compares with every vector: exact, and a few milliseconds for 10,000 of MiniLM's.
std::unique_ptr<VectorIndex> make_flat_index(std::size_t dimension);

}  // namespace lectern::library
