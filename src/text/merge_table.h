// Which neighbouring tokens merge into one, and which first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::text {

struct Merge {
  std::uint32_t rank = 0;  // lower goes first
  TokenId result = -1;
};

class MergeTable {
 public:
  /// Room for `capacity` merges.
  explicit MergeTable(std::size_t capacity = 0);

  /// A later merge of the same pair replaces the earlier one, as it does in Hugging Face's loader.
  void add(TokenId left, TokenId right, Merge merge);

  /// Null where the pair does not merge.
  const Merge* find(TokenId left, TokenId right) const {
    const std::uint64_t key = key_of(left, right);
    for (std::size_t slot = slot_of(key);; ++slot) {
      const Entry& entry = entries_[slot & mask_];
      if (entry.key == key) return &entry.merge;
      if (entry.key == kEmpty) return nullptr;
    }
  }

 private:
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};  // ids are not negative

  struct Entry {
    std::uint64_t key = kEmpty;
    Merge merge;
  };

  static std::uint64_t key_of(TokenId left, TokenId right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }
  static std::size_t slot_of(std::uint64_t key) {
    const std::uint64_t mixed = key * 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
  }

  std::vector<Entry> entries_;  // at most half full, a power of two
  std::size_t mask_ = 0;
};

}  // namespace lectern::text
