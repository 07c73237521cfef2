#include "text/sentence_piece_merges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/letters.h"
#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::text {
namespace {

// SentencePiece's own limit is 512 characters.
constexpr std::size_t kLongestPiece = 2048;  // bytes

struct Pair {
  TokenId left, right;
  Merge merge;
};

MergeTable table_of(std::span<const Pair> pairs) {
  MergeTable table(pairs.size());
  for (const Pair& pair : pairs) table.add(pair.left, pair.right, pair.merge);
  return table;
}

void check_scores(const TokenizerData& data) {
  if (data.scores.size() != data.tokens.size()) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("The tokenizer has {} tokens, but scores for {}.", data.tokens.size(), data.scores.size()));
  }
  const auto bad = std::find_if(data.scores.begin(), data.scores.end(), [](float score) { return std::isnan(score); });
  if (bad == data.scores.end()) return;
  const auto id = static_cast<std::size_t>(bad - data.scores.begin());
  throw Error(ErrorCode::kCorrupt, fmt::format("The tokenizer's score of token {} ({}) is not a number.", id,
                                               lectern::quoted(data.tokens[id])));
}

// [tokens], 0 for the highest score; the same for equal ones, of which the leftmost in the text goes first.
std::vector<std::uint32_t> ranks_of(const std::vector<float>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<std::uint32_t> ranks(scores.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::uint32_t before = ranks[order[i - 1]];
    ranks[order[i]] = before + (scores[order[i]] != scores[order[i - 1]] ? 1 : 0);
  }
  return ranks;
}

// Each way to cut `text` in two pieces.
void add_pairs(std::string_view text, Merge merge, const TokenIndex& pieces, std::vector<Pair>& pairs) {
  TokenIndex::Hash hash = TokenIndex::kSeed;
  for (std::size_t end = 1; end < text.size(); ++end) {
    hash = TokenIndex::extend(hash, text[end - 1]);
    if (!begins_character(text[end])) continue;
    const TokenId left = pieces.find(text.substr(0, end), hash);
    const TokenId right = left < 0 ? -1 : pieces.find(text.substr(end));
    if (right >= 0) pairs.push_back({left, right, merge});
  }
}

}  // namespace

MergeTable merges_by_score(const TokenizerData& data, std::span<const std::string> texts, const TokenIndex& pieces) {
  check_scores(data);
  const std::vector<std::uint32_t> ranks = ranks_of(data.scores);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    if (pieces.find(texts[i]) != id) continue;
    if (texts[i].size() > kLongestPiece) {
      throw Error(ErrorCode::kUnsupported, fmt::format("The tokenizer's token {} has {} bytes; a piece has at most {}.",
                                                       i, texts[i].size(), kLongestPiece));
    }
    add_pairs(texts[i], {ranks[i], id}, pieces, pairs);
  }
  return table_of(pairs);
}

MergeTable merges_by_rank(const TokenizerData& data, const TokenIndex& pieces) {
  if (data.merges.size() > std::numeric_limits<std::int32_t>::max()) {
    throw Error(ErrorCode::kCorrupt, fmt::format("A tokenizer with {} merges is not plausible.", data.merges.size()));
  }
  TokenIndex known(data.tokens.size());
  for (std::size_t id = 0; id < data.tokens.size(); ++id) known.add(data.tokens[id], static_cast<TokenId>(id));
  std::vector<Pair> pairs;
  for (std::size_t rank = 0; rank < data.merges.size(); ++rank) {
    const auto& [left, right] = data.merges[rank];
    for (const std::string& text : {left, right, left + right}) {
      if (known.find(text) >= 0) continue;
      throw Error(ErrorCode::kCorrupt,
                  fmt::format("The tokenizer's merge {} names {}, which is no token of its vocabulary.", rank,
                              lectern::quoted(text)));
    }
    const TokenId left_id = pieces.find(with_blanks(left));
    const TokenId right_id = pieces.find(with_blanks(right));
    const TokenId result = pieces.find(with_blanks(left + right));
    if (left_id < 0 || right_id < 0 || result < 0) continue;
    pairs.push_back({left_id, right_id, {static_cast<std::uint32_t>(rank), result}});
  }
  return table_of(pairs);
}

std::string with_blanks(std::string_view token) {
  constexpr std::string_view kBlank = "\u2581";
  std::string text;
  for (std::size_t i = 0; i < token.size();) {
    const std::size_t blank = std::min(token.find(kBlank, i), token.size());
    text += token.substr(i, blank - i);
    if (blank == token.size()) break;
    text += ' ';
    i = blank + kBlank.size();
  }
  return text;
}

}  // namespace lectern::text
