#include "text/byte_pair_tokenizer.h"

#include <fmt/format.h>

#include <limits>

#include "core/paths.h"
#include "lectern/error.h"
#include "text/byte_alphabet.h"
#include "text/normalization.h"

namespace lectern::text {

BytePairTokenizer::BytePairTokenizer(TokenizerData tokenizer_data)
    : TokenizerBase(std::move(tokenizer_data)),
      pre_tokenizer_(find_pre_tokenizer(data().pre_tokenizer)),
      bytes_(data().tokens.size()),
      index_(data().tokens.size()),
      merges_(data().merges.size()),
      whole_(data().tokens.size()) {
  if (pre_tokenizer_ == nullptr) {
    throw Error(ErrorCode::kUnsupported, fmt::format("The pre-tokenizer {} is not one that Lectern knows (gpt-2, "
                                                     "smollm, qwen2, llama-bpe).",
                                                     lectern::quoted(data().pre_tokenizer)));
  }
  index_tokens();
  add_merges();
}

void BytePairTokenizer::index_tokens() {
  for (std::size_t id = 0; id < bytes_.size(); ++id) {
    const bool normal = data().types[id] == TokenType::kNormal;
    auto bytes = normal ? bytes_of_token(data().tokens[id]) : std::nullopt;
    if (bytes) {
      bytes_[id] = std::move(*bytes);
      index_.add(bytes_[id], static_cast<TokenId>(id));
    } else {
      bytes_[id] = data().tokens[id];
    }
  }
  for (std::size_t byte = 0; byte < token_of_byte_.size(); ++byte) {
    const char text = static_cast<char>(byte);
    token_of_byte_[byte] = index_.find({&text, 1});
  }
}

void BytePairTokenizer::add_merges() {
  const auto& merges = data().merges;
  if (merges.size() > std::numeric_limits<std::int32_t>::max()) {
    throw Error(ErrorCode::kCorrupt, fmt::format("A tokenizer with {} merges is not plausible.", merges.size()));
  }
  const auto find = [&](std::size_t rank, const std::string& text) {
    const auto bytes = bytes_of_token(text);
    const TokenId id = bytes ? index_.find(*bytes) : -1;
    if (id >= 0) return id;
    throw Error(ErrorCode::kCorrupt,
                fmt::format("The tokenizer's merge {} names {}, which is no token of its vocabulary.", rank,
                            lectern::quoted(text)));
  };
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const TokenId left_id = find(rank, left);
    const TokenId right_id = find(rank, right);
    const TokenId result = find(rank, left + right);
    merges_.add(left_id, right_id, {static_cast<std::uint32_t>(rank), result});
  }
}

void BytePairTokenizer::encode_text(std::string_view text, TextBefore, std::vector<TokenId>& ids) const {
  std::string composed;
  if (pre_tokenizer_->compose) {
    composed = compose(text);
    text = composed;
  }
  WordMerger merger(merges_);
  if (!pre_tokenizer_->split_numbers) {
    encode_section(text, merger, ids);
    return;
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    if (is_number_at(text, i, end)) {
      encode_section(text.substr(begin, i - begin), merger, ids);
      encode_word(text.substr(i, end - i), merger, ids);
      begin = end;
    }
    i = end;
  }
  encode_section(text.substr(begin), merger, ids);
}

void BytePairTokenizer::encode_section(std::string_view section, WordMerger& merger, std::vector<TokenId>& ids) const {
  for (std::size_t i = 0; i < section.size();) {
    const std::size_t end = pre_tokenizer_->scan(section, i);
    encode_word(section.substr(i, end - i), merger, ids);
    i = end;
  }
}

void BytePairTokenizer::encode_word(std::string_view word, WordMerger& merger, std::vector<TokenId>& ids) const {
  const TokenId token = index_.find(word);
  if (token < 0) {
    merge_bytes(word, merger, ids);
    return;
  }
  std::atomic<Whole>& state = whole_[static_cast<std::size_t>(token)];
  Whole whole = pre_tokenizer_->whole_words ? Whole::kItself : state.load(std::memory_order_relaxed);
  if (whole == Whole::kItself) {
    ids.push_back(token);
    return;
  }
  const std::size_t before = ids.size();
  merge_bytes(word, merger, ids);
  if (whole == Whole::kNotTried) {
    whole = ids.size() == before + 1 && ids.back() == token ? Whole::kItself : Whole::kOther;
    state.store(whole, std::memory_order_relaxed);
  }
}

void BytePairTokenizer::merge_bytes(std::string_view word, WordMerger& merger, std::vector<TokenId>& ids) const {
  std::vector<TokenId> symbols;
  symbols.reserve(word.size());
  for (const char byte : word) {
    const TokenId token = token_of_byte_[static_cast<unsigned char>(byte)];
    if (token >= 0) symbols.push_back(token);
  }
  merger.merge(symbols, ids);
}

void BytePairTokenizer::append_text(TokenId token, bool, std::string& out) const {
  out += bytes_[static_cast<std::size_t>(token)];
}

}  // namespace lectern::text
