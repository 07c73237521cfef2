// Tokens that are found in the text before anything else is done to it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::text {

/// Finds the leftmost, and there the longest, of a set of texts.
class SpecialTokens {
 public:
  struct Match {
    std::size_t begin = 0;  // the text's size where there is none
    std::size_t end = 0;
    TokenId token = -1;
  };

  /// Empty texts are left out; the first of equal ones counts.
  explicit SpecialTokens(std::vector<std::pair<std::string, TokenId>> tokens);

  /// The first match at or behind `position`.
  Match find(std::string_view text, std::size_t position) const;

 private:
  Match longest_at(std::string_view text, std::size_t position) const;

  std::vector<std::pair<std::string, TokenId>> sorted_;
  std::array<bool, 256> begins_{};  // by a token's first byte
};

}  // namespace lectern::text
