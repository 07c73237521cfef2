#include "text/token_index.h"

#include <bit>

namespace lectern::text {

TokenIndex::TokenIndex(std::size_t capacity) : entries_(std::bit_ceil(2 * capacity + 2)), mask_(entries_.size() - 1) {}

void TokenIndex::add(std::string_view text, TokenId id) {
  const Hash hash = hash_of(text);
  for (std::size_t slot = mix(hash);; ++slot) {
    Entry& entry = entries_[slot & mask_];
    if (entry.id >= 0 && entry.hash == hash && entry.text == text) return;
    if (entry.id < 0) {
      entry = {text, hash, id};
      return;
    }
  }
}

}  // namespace lectern::text
