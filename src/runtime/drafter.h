// What a sequence may say next, guessed from what it has said or read before.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::runtime {

/// Prompt lookup (Saxena 2023, "Prompt lookup decoding"): where the last tokens stood before, what followed them then
/// is the draft. Of several places the one with the longest match is taken; of equal ones that in a passage of the
/// prompt, then the latest. How often a match of each length was right is learned as the sequence goes on.
class Drafter {
 public:
  struct Guess {
    TokenId token;
    double chance;  // that it and all before it are right
  };

  /// [passages_begin, passages_end) are tokens of the prompt that the answer is likely to repeat.
  Drafter(int passages_begin, int passages_end) : passages_begin_(passages_begin), passages_end_(passages_end) {}

  /// What may follow `tokens`: `most` guesses, or none. `tokens` are those of the last call and what has come since.
  std::vector<Guess> draft(std::span<const TokenId> tokens, int most);
  /// The first `checked` guesses of the last draft were compared with the truth, up to the first wrong one: `right`
  /// were right.
  void learn(int right, int checked);

  /// The chance that the token after a match of `length` tokens is right.
  double chance(int length) const;

 private:
  struct Match {
    int place = 0;  // where what follows begins
    int length = 0;
    bool passage = false;
  };
  struct Record {
    int tried = 0, right = 0;
  };

  void index(std::span<const TokenId> tokens);
  Match find(std::span<const TokenId> tokens) const;

  static constexpr int kLengths = 8;
  static int length_class(int length);

  int passages_begin_, passages_end_;
  std::unordered_map<std::uint64_t, std::int32_t> latest_;  // of each pair of tokens, where what follows begins
  std::vector<std::int32_t> earlier_;                       // of each place, the one before it after the same pair
  int matched_ = 0;                                         // length of the last draft's match
  std::array<Record, kLengths> records_{};
};

}  // namespace lectern::runtime
