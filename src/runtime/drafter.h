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
/// is the draft. Of several places the one with the longest match is taken; of equal ones that in the question, then
/// the first in the passages (the best one comes first), then the latest. How often each kind of match was right is
/// learned as the sequence goes on.
class Drafter {
 public:
  struct Guess {
    TokenId token;
    double chance;  // that it and all before it are right
  };
  /// Where the prompt's passages stand, [begin, end); the question follows them.
  struct Passages {
    int begin = 0, end = 0;
    int prompt_size = 0;
  };

  explicit Drafter(const Passages& passages) : passages_(passages) {}

  /// What may follow `tokens`: `most` guesses, or none. `tokens` are those of the last call and what has come since.
  std::vector<Guess> draft(std::span<const TokenId> tokens, int most);
  /// The first `checked` guesses of the last draft were compared with the truth, up to the first wrong one: `right`
  /// were right.
  void learn(int right, int checked);

 private:
  struct Match {
    int place = -1;  // where what follows begins; -1: there is none
    int length = 0;  // tokens that are the same before it
    int region = 0;
    int places = 0;         // with a match of this length
    bool unanimous = true;  // after all of them comes the same
  };
  struct Record {
    int tried = 0, right = 0;
  };

  void index(std::span<const TokenId> tokens);
  Match find(std::span<const TokenId> tokens) const;
  int region_of(int place) const;
  double chance(std::size_t kind) const;
  static std::size_t kind_of(const Match& match);
  static std::size_t kind_of(int length);

  static constexpr std::size_t kKinds = 16;

  Passages passages_;
  std::unordered_map<TokenId, std::int32_t> latest_;  // of each token, where what follows begins
  std::vector<std::int32_t> earlier_;                 // of each place, the one before it after the same token
  std::vector<std::size_t> kinds_;                    // of the last draft's guesses
  std::array<Record, kKinds> records_{};
};

}  // namespace lectern::runtime
