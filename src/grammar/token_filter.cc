#include "grammar/token_filter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "grammar/grammar.h"

namespace lectern::grammar {
namespace {

constexpr std::size_t kMostBytes = 3'000'000;  // kept of positions, of a kilobyte and more each
constexpr std::size_t kMostAllowed = 64;       // kept, of a bit for each token of the vocabulary

}  // namespace

TokenFilter::TokenFilter(std::shared_ptr<const Grammar> grammar, const Tokenizer& tokenizer, const TokenTrie& trie)
    : grammar_(std::move(grammar)), tokenizer_(tokenizer), trie_(trie), matcher_(grammar_->automaton()) {}

bool TokenFilter::is_end(TokenId token) const {
  const auto ends = tokenizer_.end_tokens();
  return std::find(ends.begin(), ends.end(), token) != ends.end();
}

TokenFilter::Position TokenFilter::advance(Position position, std::uint8_t byte) {
  position = matcher_.advance(position, byte);
  if (matcher_.work() <= most_work_) return position;
  throw Error(
      ErrorCode::kInvalidArgument,
      "The answer cannot be held to its schema: there are so many ways to go on here that looking for the tokens "
      "that fit would hold up other requests. Use fewer alternatives that begin alike: in anyOf, and as | and ? "
      "in patterns.");
}

TokenFilter::Position TokenFilter::after(Position position, TokenId token) {
  begin_work();
  if (token < 0 || token >= tokenizer_.vocabulary_size()) return Matcher::kNowhere;
  const std::string bytes = tokenizer_.token_bytes(token);
  if (bytes.empty()) return Matcher::kNowhere;
  for (const char byte : bytes) position = advance(position, static_cast<std::uint8_t>(byte));
  return position;
}

// After the next token, so that the answer still comes to its end.
int TokenFilter::most_cost(Position position, int left) const {
  return matcher_.cost(position) > left ? std::numeric_limits<int>::max() : left - 1;
}

bool TokenFilter::allows(Position position, TokenId token, int left) {
  if (is_end(token)) return matcher_.accepts(position);
  const Position next = after(position, token);
  return next != Matcher::kNowhere && matcher_.cost(next) <= most_cost(position, left);
}

TokenFilter::Allowed TokenFilter::find(Position position, int most_cost) {
  Allowed found;
  found.bits.resize(static_cast<std::size_t>(tokenizer_.vocabulary_size() + 63) / 64);
  std::array<Position, 256> path;  // positions after the bytes from the root on
  path[0] = position;
  const auto nodes = trie_.nodes();
  for (std::size_t i = 0; i < nodes.size();) {
    const auto& node = nodes[i];
    const Position at = advance(path[node.depth - 1u], node.byte);
    if (at == Matcher::kNowhere) {
      i = static_cast<std::size_t>(node.end);
      continue;
    }
    path[node.depth] = at;
    ++i;
    if (node.count == 0 || matcher_.cost(at) > most_cost) continue;
    found.most_cost = std::max(found.most_cost, matcher_.cost(at));
    for (const TokenId token : trie_.tokens_of(node))
      found.bits[static_cast<std::size_t>(token) / 64] |= std::uint64_t{1} << (token % 64);
  }
  if (matcher_.accepts(position)) {
    for (const TokenId token : tokenizer_.end_tokens())
      found.bits[static_cast<std::size_t>(token) / 64] |= std::uint64_t{1} << (token % 64);
  }
  return found;
}

const TokenFilter::Allowed& TokenFilter::allowed(Position position) {
  const auto known = allowed_.find(position);
  if (known != allowed_.end()) return known->second;
  if (allowed_.size() >= kMostAllowed) allowed_.clear();
  return allowed_.emplace(position, find(position, std::numeric_limits<int>::max())).first->second;
}

void TokenFilter::restrict(Position position, int left, std::span<float> logits) {
  begin_work();
  const Allowed* set = &allowed(position);
  const int most = most_cost(position, left);
  if (set->most_cost > most) set = &(narrow_ = find(position, most));
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const bool may = i / 64 < set->bits.size() && (set->bits[i / 64] >> (i % 64) & 1) != 0;
    if (!may) logits[i] = -std::numeric_limits<float>::infinity();
  }
}

TokenFilter::Position TokenFilter::tidy(Position position) {
  if (matcher_.bytes() < kMostBytes) return position;
  allowed_.clear();
  return matcher_.forget(position);
}

}  // namespace lectern::grammar
