// A checkpoint's tensors as a definition asks for them: by role, with the shape that the hyper-parameters call for.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/checkpoint.h"
#include "graph/weight.h"

namespace lectern::models {

class Weights {
 public:
  explicit Weights(const formats::Checkpoint& checkpoint) : checkpoint_(&checkpoint) {}

  /// The same checkpoint, for the roles inside layer `index`.
  Weights layer(int index) const;

  bool has(std::string_view role) const { return find(role, ".weight") != nullptr; }

  /// Each throws Error kCorrupt naming the tensor, what was expected and what was found.
  graph::Weight matrix(std::string_view role, std::int64_t rows, std::int64_t columns) const;
  graph::Weight vector(std::string_view role, std::int64_t size) const;
  graph::Weight bias(std::string_view role, std::int64_t size) const;
  std::optional<graph::Weight> optional_bias(std::string_view role, std::int64_t size) const;

  /// Rows of a matrix whose number the hyper-parameters do not tell (a vocabulary).
  std::int64_t rows_of(std::string_view role) const;
  /// Values of an F32 vector that the definition itself computes with.
  std::optional<std::vector<float>> values(std::string_view role, std::int64_t size) const;

 private:
  const formats::CheckpointTensor* find(std::string_view role, std::string_view suffix) const;
  const formats::CheckpointTensor& get(std::string_view role, std::string_view suffix,
                                       std::vector<std::int64_t> shape) const;

  const formats::Checkpoint* checkpoint_;
  int layer_ = -1;
};

}  // namespace lectern::models
