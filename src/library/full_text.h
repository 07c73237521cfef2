// What the full-text index finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/database.h"

namespace lectern::library {

struct Match {
  std::int64_t chunk = 0;
  /// BM25 over what a short passage with all the words would have, from 0 to 1: where a question's rarest words are in
  /// no passage, the best match is still a weak one.
  double relevance = 0;
};

/// BM25 by whether a passage holds a word, not how often: in some hundred words that says as much, and FTS5 tells it
/// twenty times faster. Pairs of characters (words.h) say less than words, so there it counts how often. Not for two
/// threads at once.
class FullText {
 public:
  explicit FullText(Database& database);

  /// Inside a read transaction: the library may have changed, and has the chunks `ids` (ascending).
  void refresh(std::span<const std::int64_t> ids);
  /// The `count` best, best first; equal ones by chunk.
  std::vector<Match> search(std::string_view question, std::size_t count);

 private:
  struct Chunk {
    std::int64_t id = 0;
    float pieces = 0;  // word pieces
  };
  struct Holder {
    std::uint32_t at = 0;  // in chunks_
    float count = 1;       // of the word in there, where that counts
  };
  using Holders = std::vector<Holder>;  // by `at`

  // nullptr where so many passages hold the word that it says nothing.
  const Holders* holders(const std::string& word);

  Database& database_;
  std::vector<Chunk> chunks_;  // by id
  double mean_pieces_ = 0;
  std::unordered_map<std::string, std::optional<Holders>> holders_;  // of words asked for so far
  std::size_t cached_ = 0;                                           // holders in there
};

}  // namespace lectern::library
