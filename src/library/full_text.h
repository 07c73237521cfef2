// What the full-text index finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "library/database.h"

namespace lectern::library {

struct Match {
  std::int64_t chunk = 0;
  /// BM25 over what a passage with all the words would have, from 0 to 1: where a question's rarest words are in no
  /// passage, the best match is still a weak one.
  double relevance = 0;
};

/// Not for two threads at once.
class FullText {
 public:
  explicit FullText(Database& database) : database_(database) {}

  /// Inside a read transaction: the library may have changed.
  void refresh();
  /// The `count` best, best first. Words that most passages hold are left out where there are rarer ones: their lists
  /// are long and say little.
  std::vector<Match> search(std::string_view question, std::size_t count);

 private:
  std::int64_t frequency(const std::string& word);

  Database& database_;
  std::int64_t passages_ = 0;
  std::unordered_map<std::string, std::int64_t> frequencies_;  // passages that hold a word
};

}  // namespace lectern::library
