#include "formats/tensor_checks.h"

#include <algorithm>

namespace lectern::formats {

std::optional<std::uint64_t> tensor_bytes(DType type, std::span<const std::int64_t> shape) {
  const std::int64_t columns = shape.empty() ? 1 : shape.back();
  if (columns % block_values(type) != 0) return {};
  constexpr std::int64_t kMost = std::int64_t{1} << 56;  // values: room for the bytes of each
  std::int64_t values = 1;
  for (const std::int64_t size : shape) {
    if (size > kMost / values) return {};
    values *= size;
  }
  return row_bytes(type, values);
}

std::optional<std::pair<const std::string*, const std::string*>> find_overlap(std::span<TensorPlace> places) {
  std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i].begin < places[i - 1].end) return std::pair(places[i - 1].name, places[i].name);
  }
  return {};
}

}  // namespace lectern::formats
