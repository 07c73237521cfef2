#include "text/sentence_piece_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/paths.h"
#include "lectern/error.h"
#include "text/sentence_piece_merges.h"
#include "text/utf8.h"

namespace lectern::text {
namespace {

// "<0x0A>"
std::optional<unsigned char> byte_of_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
  unsigned byte = 0;
  const auto [end, error] = std::from_chars(token.data() + 3, token.data() + 5, byte, 16);
  if (error != std::errc() || end != token.data() + 5) return std::nullopt;
  return static_cast<unsigned char>(byte);
}

bool has_blank_inside(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin != std::string_view::npos && text.find(' ', begin) != std::string_view::npos;
}

}  // namespace

SentencePieceTokenizer::SentencePieceTokenizer(TokenizerData tokenizer_data)
    : TokenizerBase(std::move(tokenizer_data)), texts_(data().tokens.size()), pieces_(data().tokens.size()) {
  index_tokens();
  const bool ranked = !data().merges.empty();
  merges_ = ranked ? merges_by_rank(data(), pieces_) : merges_by_score(data(), texts_, pieces_);
}

void SentencePieceTokenizer::index_tokens() {
  token_of_byte_.fill(-1);
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const std::string& written = token(id);
    const TokenType kind = type(id);
    texts_[i] = kind == TokenType::kNormal || kind == TokenType::kUnused ? with_blanks(written) : written;
    if (kind == TokenType::kByte) {
      const auto byte = byte_of_token(written);
      if (!byte) {
        throw Error(ErrorCode::kCorrupt, fmt::format("The tokenizer's token {} is marked as a byte, but is written {}.",
                                                     id, lectern::quoted(written)));
      }
      texts_[i] = static_cast<char>(*byte);
      token_of_byte_[*byte] = id;
    }
    // Text has no plain blank left when its pieces are looked for: one that is written with it is never found.
    if (kind != TokenType::kNormal || written.empty() || written.find(' ') != std::string::npos) continue;
    pieces_.add(texts_[i], id);
    if (has_blank_inside(texts_[i])) blanks_begin_pieces_ = false;
  }
  const auto missing = std::find(token_of_byte_.begin(), token_of_byte_.end(), -1);
  if (missing == token_of_byte_.end()) return;
  throw Error(ErrorCode::kCorrupt,
              fmt::format("The tokenizer has no token <0x{:02X}>: text that is not in its vocabulary could not be "
                          "written. Lectern reads SentencePiece models with all 256 bytes.",
                          missing - token_of_byte_.begin()));
}

bool SentencePieceTokenizer::begins_with_blank(std::string_view text, TextBefore before) const {
  if (data().prefix_unless_blank && text.front() == ' ') return false;
  if (data().prefix == BlankPrefix::kEach) return before != TextBefore::kText;
  return data().prefix == BlankPrefix::kFirst && before == TextBefore::kNothing;
}

void SentencePieceTokenizer::encode_text(std::string_view text, TextBefore before, std::vector<TokenId>& ids) const {
  std::string plain = with_blanks(text);
  if (begins_with_blank(plain, before)) plain.insert(plain.begin(), ' ');
  text = plain;
  WordMerger merger(merges_);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = end_of_word(text, begin);
    encode_word(text.substr(begin, end - begin), merger, ids);
    begin = end;
  }
}

// Where no piece holds the beginning of a second word, words can be merged one by one: the result is the same.
std::size_t SentencePieceTokenizer::end_of_word(std::string_view text, std::size_t begin) const {
  if (!blanks_begin_pieces_) return text.size();
  const std::size_t visible = text.find_first_not_of(' ', begin);
  if (visible == std::string_view::npos) return text.size();
  return std::min(text.find(' ', visible), text.size());
}

void SentencePieceTokenizer::encode_word(std::string_view word, WordMerger& merger, std::vector<TokenId>& ids) const {
  std::vector<TokenId> symbols;
  symbols.reserve(word.size());
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t begin = i;
    next_character(word, i);
    const std::string_view character = word.substr(begin, i - begin);
    if (const TokenId piece = pieces_.find(character); piece >= 0) {
      symbols.push_back(piece);
      continue;
    }
    for (const char byte : character) symbols.push_back(token_of_byte_[static_cast<unsigned char>(byte)]);
  }
  merger.merge(symbols, ids);
}

void SentencePieceTokenizer::append_text(TokenId token, bool first, std::string& out) const {
  std::string_view text = texts_[static_cast<std::size_t>(token)];
  // The blank that encoding has put there.
  if (first && data().prefix != BlankPrefix::kNone && text.starts_with(' ')) text.remove_prefix(1);
  out += text;
}

}  // namespace lectern::text
