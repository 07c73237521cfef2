#include "text/special_tokens.h"

#include <algorithm>

namespace lectern::text {

SpecialTokens::SpecialTokens(std::vector<std::pair<std::string, TokenId>> tokens) : sorted_(std::move(tokens)) {
  std::erase_if(sorted_, [](const auto& token) { return token.first.empty(); });
  std::stable_sort(sorted_.begin(), sorted_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto same_text = [](const auto& a, const auto& b) { return a.first == b.first; };
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end(), same_text), sorted_.end());
  for (const auto& [text, token] : sorted_) begins_[static_cast<unsigned char>(text.front())] = true;
}

SpecialTokens::Match SpecialTokens::find(std::string_view text, std::size_t position) const {
  for (; position < text.size(); ++position) {
    if (!begins_[static_cast<unsigned char>(text[position])]) continue;
    const Match match = longest_at(text, position);
    if (match.token >= 0) return match;
  }
  return {text.size(), text.size(), -1};
}

// Narrows the range of tokens that agree with the text, a byte at a time: in sorted order the shortest comes first.
SpecialTokens::Match SpecialTokens::longest_at(std::string_view text, std::size_t position) const {
  Match best;
  auto low = sorted_.begin();
  auto high = sorted_.end();
  for (std::size_t length = 0; low != high; ++length) {
    if (low->first.size() == length) {
      if (length > 0) best = {position, position + length, low->second};
      ++low;
    }
    if (position + length == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[position + length]);
    low = std::partition_point(
        low, high, [&](const auto& token) { return static_cast<unsigned char>(token.first[length]) < byte; });
    high = std::partition_point(
        low, high, [&](const auto& token) { return static_cast<unsigned char>(token.first[length]) == byte; });
  }
  return best;
}

}  // namespace lectern::text
