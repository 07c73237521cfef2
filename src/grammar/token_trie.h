// A vocabulary by its tokens' bytes, so that tokens with the same beginning are looked at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::grammar {

/// A tree in the order in which it is walked. Immutable.
class TokenTrie {
 public:
  struct Node {
    std::uint8_t byte;
    std::uint8_t depth;         // from 1
    std::int32_t end;           // of its subtree: where a walk goes on that leaves it out
    std::int32_t first, count;  // of the tokens that end here, in `tokens`
  };

  /// Special tokens, and those of no bytes or of more than 255, are left out: no answer with a grammar has them.
  explicit TokenTrie(const Tokenizer& tokenizer);

  std::span<const Node> nodes() const { return nodes_; }
  std::span<const TokenId> tokens_of(const Node& node) const {
    return std::span(tokens_).subspan(static_cast<std::size_t>(node.first), static_cast<std::size_t>(node.count));
  }

 private:
  std::vector<Node> nodes_;
  std::vector<TokenId> tokens_;
};

}  // namespace lectern::grammar
