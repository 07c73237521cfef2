#include "library/stored_vectors.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

#include "core/half.h"

namespace lectern::library {

StoredVectors::StoredVectors(Database& database, std::size_t dimension)
    : embedding_(database, "SELECT embedding FROM chunks WHERE id = ?"), vector_(dimension) {}

void StoredVectors::settle(std::vector<Neighbor>& nearest, std::span<const float> query) {
  for (Neighbor& one : nearest) {
    embedding_.bind(0, one.id);
    if (embedding_.step() && embedding_.blob(0).size() >= vector_.size() * sizeof vector_[0])
      one.similarity = similarity(embedding_.blob(0), query);
    embedding_.reset();
  }
  std::sort(nearest.begin(), nearest.end(), nearer);
}

float StoredVectors::similarity(std::string_view embedding, std::span<const float> query) {
  const std::size_t size = vector_.size() * sizeof vector_[0];
  float best = -std::numeric_limits<float>::infinity();
  for (; embedding.size() >= size; embedding.remove_prefix(size)) {
    std::memcpy(vector_.data(), embedding.data(), size);
    const auto product = [](float a, std::uint16_t b) { return a * f16_to_float(b); };
    best =
        std::max(best, std::inner_product(query.begin(), query.end(), vector_.begin(), 0.0f, std::plus<>(), product));
  }
  return best;
}

}  // namespace lectern::library
