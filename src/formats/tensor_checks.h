// Checks that every checkpoint format makes of its tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/dtype.h"

namespace lectern::formats {

/// Bytes of a tensor whose dimensions are positive; nothing where they overflow or a row is not whole blocks.
std::optional<std::uint64_t> tensor_bytes(DType type, std::span<const std::int64_t> shape);

/// Bytes [begin, end) of a file that a tensor takes.
struct TensorPlace {
  const std::string* name;
  std::uint64_t begin;
  std::uint64_t end;
};

/// The names of two tensors that share a byte. Sorts `places` by their beginning.
std::optional<std::pair<const std::string*, const std::string*>> find_overlap(std::span<TensorPlace> places);

}  // namespace lectern::formats
