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

/// "<unk>", "<s>", "</s>", every byte, then pieces: a blank, "a", "b", "ab", " a", two blanks; "<user>" (user-defined).
inline TokenizerData small_sentence_pieces() {
  TokenizerData data;
  data.model = TokenizerModel::kSentencePieces;
  data.prefix = BlankPrefix::kEach;
  const auto add = [&](const std::string& token, TokenType type, float score) {
    data.tokens.push_back(token);
    data.types.push_back(type);
    data.scores.push_back(score);
  };
  add("<unk>", TokenType::kUnknown, 0);
  add("<s>", TokenType::kControl, 0);
  add("</s>", TokenType::kControl, 0);
  for (int byte = 0; byte < 256; ++byte) add(fmt::format("<0x{:02X}>", byte), TokenType::kByte, 0);
  for (const char* character : {"\u2581", "a", "b"}) add(character, TokenType::kNormal, -100);
  add("ab", TokenType::kNormal, -2);
  add("\u2581a", TokenType::kNormal, -3);
  add("\u2581\u2581", TokenType::kNormal, -2.5);
  add("<user>", TokenType::kUserDefined, 0);
  data.unknown = 0;
  data.bos = 1;
  data.eos = 2;
  data.end_tokens = {2};
  return data;
}

}  // namespace lectern::text
