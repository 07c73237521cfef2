#include "models/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>

#include "core/paths.h"
#include "lectern/error.h"
#include "models/name_map.h"

namespace lectern::models {
namespace {

constexpr std::int64_t kMostRows = std::int64_t{1} << 24;  // of a vocabulary

// Some converters write a vector as a matrix of one row.
std::vector<std::int64_t> without_leading_ones(std::vector<std::int64_t> shape) {
  while (shape.size() > 1 && shape.front() == 1) shape.erase(shape.begin());
  return shape;
}

}  // namespace

Weights Weights::layer(int index) const {
  Weights scoped = *this;
  scoped.layer_ = index;
  return scoped;
}

const formats::CheckpointTensor* Weights::find(std::string_view role, std::string_view suffix) const {
  for (const std::string& name : tensor_names(checkpoint_->format(), role, layer_)) {
    if (const auto* tensor = checkpoint_->find_tensor(name + std::string(suffix))) return tensor;
  }
  return nullptr;
}

const formats::CheckpointTensor& Weights::get(std::string_view role, std::string_view suffix,
                                              std::vector<std::int64_t> shape) const {
  const auto* tensor = find(role, suffix);
  if (!tensor) {
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("{} has no tensor {}{}, which its hyper-parameters call for. It is incomplete, or of "
                    "another family than it says.",
                    quoted(checkpoint_->path()), tensor_names(checkpoint_->format(), role, layer_).front(), suffix));
  }
  if (without_leading_ones(tensor->shape) != without_leading_ones(shape)) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{}: tensor {} is [{}], and its hyper-parameters call for [{}].",
                                                 quoted(checkpoint_->path()), tensor->name,
                                                 fmt::join(tensor->shape, ", "), fmt::join(shape, ", ")));
  }
  return *tensor;
}

graph::Weight Weights::matrix(std::string_view role, std::int64_t rows, std::int64_t columns) const {
  return graph::Weight::tensor(get(role, ".weight", {rows, columns}).name, rows, columns);
}

graph::Weight Weights::vector(std::string_view role, std::int64_t size) const {
  return graph::Weight::tensor(get(role, ".weight", {size}).name, size);
}

graph::Weight Weights::bias(std::string_view role, std::int64_t size) const {
  return graph::Weight::tensor(get(role, ".bias", {size}).name, size);
}

std::optional<graph::Weight> Weights::optional_bias(std::string_view role, std::int64_t size) const {
  if (!find(role, ".bias")) return {};
  return bias(role, size);
}

std::int64_t Weights::rows_of(std::string_view role) const {
  const auto* tensor = find(role, ".weight");
  if (!tensor || tensor->shape.size() != 2) return 1;  // which `get` will refuse
  if (tensor->shape.front() > kMostRows) {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: tensor {} has {} rows, and {} is the most.", quoted(checkpoint_->path()), tensor->name,
                            tensor->shape.front(), kMostRows));
  }
  return tensor->shape.front();
}

std::optional<std::vector<float>> Weights::values(std::string_view role, std::int64_t size) const {
  if (!has(role)) return {};
  const auto& tensor = get(role, ".weight", {size});
  if (tensor.type != DType::kF32) {
    throw Error(ErrorCode::kUnsupported, fmt::format("{}: tensor {} is {}, and only F32 is read here.",
                                                     quoted(checkpoint_->path()), tensor.name, name(tensor.type)));
  }
  std::vector<float> values(static_cast<std::size_t>(size));
  std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace lectern::models
