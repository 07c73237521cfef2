#include "grammar/token_trie.h"

#include <algorithm>
#include <string>
#include <utility>

namespace lectern::grammar {

TokenTrie::TokenTrie(const Tokenizer& tokenizer) {
  std::vector<std::pair<std::string, TokenId>> sorted;
  for (TokenId token = 0; token < tokenizer.vocabulary_size(); ++token) {
    std::string bytes = tokenizer.token_bytes(token);
    if (!bytes.empty() && bytes.size() <= 255) sorted.emplace_back(std::move(bytes), token);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> open;  // the nodes from the root to the last one
  const auto close = [&](std::size_t depth) {
    for (; open.size() > depth; open.pop_back()) nodes_[open.back()].end = static_cast<std::int32_t>(nodes_.size());
  };
  std::string_view last;
  for (const auto& [bytes, token] : sorted) {
    const auto shared = std::mismatch(last.begin(), last.end(), bytes.begin(), bytes.end()).first - last.begin();
    close(static_cast<std::size_t>(shared));
    while (open.size() < bytes.size()) {
      open.push_back(nodes_.size());
      nodes_.push_back({static_cast<std::uint8_t>(bytes[open.size() - 1]), static_cast<std::uint8_t>(open.size()), 0,
                        static_cast<std::int32_t>(tokens_.size()), 0});
    }
    Node& node = nodes_[open.back()];
    if (node.count == 0) node.first = static_cast<std::int32_t>(tokens_.size());
    ++node.count;
    tokens_.push_back(token);
    last = bytes;
  }
  close(0);
}

}  // namespace lectern::grammar
