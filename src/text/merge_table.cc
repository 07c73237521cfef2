#include "text/merge_table.h"

#include <bit>

namespace lectern::text {

MergeTable::MergeTable(std::size_t capacity) : entries_(std::bit_ceil(2 * capacity + 2)), mask_(entries_.size() - 1) {}

void MergeTable::add(TokenId left, TokenId right, Merge merge) {
  const std::uint64_t key = key_of(left, right);
  for (std::size_t slot = slot_of(key);; ++slot) {
    Entry& entry = entries_[slot & mask_];
    if (entry.key != key && entry.key != kEmpty) continue;
    entry = {key, merge};
    return;
  }
}

}  // namespace lectern::text
