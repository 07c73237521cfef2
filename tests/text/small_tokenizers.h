// Tokenizers small enough to reason about.
#pragma once

#include <fmt/format.h>

#include <string>

#include "text/tokenizer_data.h"

namespace lectern::text {

/// Every byte, then what the merges make of them, then "<|end|>" (control) and "<tool>" (user-defined).
inline TokenizerData small_byte_pairs(const std::string& pre_tokenizer = "gpt-2") {
  TokenizerData data;
  data.pre_tokenizer = pre_tokenizer;
  const auto put = [](std::string& out, int c) {
    if (c >= 0x80) out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(c < 0x80 ? c : 0x80 | (c & 63));
  };
  int next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const bool visible = (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    put(data.tokens.emplace_back(), visible ? byte : next++);
  }
  data.merges = {{"a", "b"}, {"ab", "ab"}, {"b", "c"}, {"Ġ", "a"}, {"a", "a"}};
  for (const auto& [left, right] : data.merges) data.tokens.push_back(left + right);
  data.types.assign(data.tokens.size(), TokenType::kNormal);
  data.tokens.push_back("<|end|>");
  data.types.push_back(TokenType::kControl);
  data.tokens.push_back("<tool>");
  data.types.push_back(TokenType::kUserDefined);
  data.bos = data.eos = static_cast<TokenId>(data.tokens.size()) - 2;
  data.end_tokens = {data.eos};
  return data;
}

inline TokenizerData small_word_pieces() {
  TokenizerData data;
  data.model = TokenizerModel::kWordPieces;
  data.pre_tokenizer = "bert";
  data.lowercase = true;
  data.tokens = {"[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "run", "##ning", ",", ".", "中", "cafe", "##s"};
  data.types.assign(data.tokens.size(), TokenType::kNormal);
  for (std::size_t id = 0; id < 3; ++id) data.types[id] = TokenType::kControl;
  data.unknown = 0;
  data.classify = 1;
  data.separate = 2;
  return data;
}

}  // namespace lectern::text
