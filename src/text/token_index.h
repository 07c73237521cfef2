// From a token's text to its id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::text {

/// A hash table over texts that it does not own: they must outlive it. The hash can be carried along a word, so that
/// all prefixes of a word cost one pass.
class TokenIndex {
 public:
  using Hash = std::uint64_t;
  static constexpr Hash kSeed = 0x9e3779b97f4a7c15u;

  /// Room for `capacity` tokens.
  explicit TokenIndex(std::size_t capacity = 0);

  /// The first token of a text keeps it; later ones are ignored.
  void add(std::string_view text, TokenId id);

  TokenId find(std::string_view text) const { return find(text, hash_of(text)); }  // -1 where absent
  TokenId find(std::string_view text, Hash hash) const {
    for (std::size_t slot = mix(hash);; slot = slot + 1) {
      const Entry& entry = entries_[slot & mask_];
      if (entry.id < 0) return -1;
      if (entry.hash == hash && entry.text == text) return entry.id;
    }
  }

  static Hash extend(Hash hash, char byte) { return (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u; }
  static Hash hash_of(std::string_view text) {
    Hash hash = kSeed;
    for (const char byte : text) hash = extend(hash, byte);
    return hash;
  }

 private:
  struct Entry {
    std::string_view text;
    Hash hash = 0;
    TokenId id = -1;
  };

  // FNV's low bits depend on the low bits of the text alone.
  static std::size_t mix(Hash hash) { return static_cast<std::size_t>(hash ^ hash >> 32); }

  std::vector<Entry> entries_;  // at most half full, a power of two
  std::size_t mask_ = 0;
};

}  // namespace lectern::text
