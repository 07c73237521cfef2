// The vectors as the library stores them: 16 bits a number where the index in memory has 8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "library/vector_index.h"
#include "storage/database.h"

namespace lectern::library {

/// Puts what the index found into its exact order. Not for two threads at once.
class StoredVectors {
 public:
  StoredVectors(Database& database, std::size_t dimension);

  /// Compares each with `query` [dimension] again, nearest first. Inside the read transaction in which the index was
  /// brought up to date.
  void settle(std::vector<Neighbor>& nearest, std::span<const float> query);

 private:
  float similarity(std::string_view embedding, std::span<const float> query);

  Statement embedding_;
  std::vector<std::uint16_t> vector_;  // F16 [dimension]
};

}  // namespace lectern::library
