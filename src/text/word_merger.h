// Byte-pair merging of one word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "text/merge_table.h"

namespace lectern::text {

/// Scratch for merging words one after the other. O(n log n) in a word's length, whatever it holds.
class WordMerger {
 public:
  explicit WordMerger(const MergeTable& merges) : merges_(merges) {}

  /// Merges `symbols` until no neighbours merge: the lowest rank first, the leftmost of equals. Appends to `out`.
  void merge(std::span<const TokenId> symbols, std::vector<TokenId>& out);

 private:
  struct Symbol {
    TokenId id = -1;  // -1 once merged into the one before it
    std::int32_t previous = -1;
    std::int32_t next = -1;
  };
  struct Candidate {
    std::uint32_t rank = 0;
    std::int32_t position = 0;  // of the left symbol
    TokenId result = -1;
    bool operator>(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : position > other.position;
    }
  };

  void merge_short(std::span<const TokenId> symbols, std::vector<TokenId>& out);
  void merge_long(std::span<const TokenId> symbols, std::vector<TokenId>& out);
  void consider(std::int32_t left);

  const MergeTable& merges_;
  std::vector<Symbol> symbols_;
  std::vector<Candidate> heap_;
};

}  // namespace lectern::text
