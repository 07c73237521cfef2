// Which tokens may come next in an answer with a grammar.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "grammar/matcher.h"
#include "grammar/token_trie.h"
#include "lectern/grammar.h"
#include "lectern/tokenizer.h"

namespace lectern::grammar {

/// Of one answer; not for several threads at once. `tokenizer` and `trie` must outlive it.
///
/// An answer ends within the tokens that it may have: a token is allowed only where the shortest end after it, at a
/// byte a token, is within those that are left. Where even the shortest answer is too long, that is left aside.
///
/// So that no grammar holds up other answers, `after`, `allows` and `restrict` throw Error kInvalidArgument once
/// looking takes too much: each call may take kWorkOfCall, and what earlier ones have left of theirs, up to kMostWork.
class TokenFilter {
 public:
  using Position = Matcher::Position;
  static constexpr std::size_t kWorkOfCall = 300'000, kMostWork = 2'000'000;  // Matcher::work: 2 ms; 10 ms and 20 MB

  TokenFilter(std::shared_ptr<const Grammar> grammar, const Tokenizer& tokenizer, const TokenTrie& trie);

  Position start() const { return matcher_.start(); }
  /// After a token's text; kNowhere where it does not fit.
  Position after(Position position, TokenId token);
  /// The answer is whole, and nothing may follow.
  bool complete(Position position) const { return matcher_.complete(position); }

  /// Whether `token` may come, where the answer may have `left` tokens more. End tokens may where the answer is whole.
  bool allows(Position position, TokenId token, int left);
  /// Makes the logits of all other tokens -infinity.
  void restrict(Position position, int left, std::span<float> logits);

  /// To be called now and then, with the position that goes on: returns its new number. All others are dropped where
  /// they have become many.
  Position tidy(Position position);

  /// What looking for tokens took by now (Matcher::work), and what is kept of it.
  std::size_t work() const { return matcher_.work(); }
  std::size_t bytes() const { return matcher_.bytes(); }

 private:
  struct Allowed {
    std::vector<std::uint64_t> bits;  // a bit for each token
    int most_cost = 0;                // the largest cost after any of them
  };

  void begin_work() { most_work_ = std::min(most_work_ + kWorkOfCall, matcher_.work() + kMostWork); }
  Position advance(Position position, std::uint8_t byte);
  Allowed find(Position position, int most_cost);
  const Allowed& allowed(Position position);
  bool is_end(TokenId token) const;
  int most_cost(Position position, int left) const;

  std::shared_ptr<const Grammar> grammar_;
  const Tokenizer& tokenizer_;
  const TokenTrie& trie_;
  Matcher matcher_;
  std::size_t most_work_ = kMostWork;              // of the matcher, by the end of this call
  std::unordered_map<Position, Allowed> allowed_;  // found before
  Allowed narrow_;                                 // the last that the tokens left made smaller
};

}  // namespace lectern::grammar
