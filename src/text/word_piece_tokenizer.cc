#include "text/word_piece_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/letters.h"
#include "core/paths.h"
#include "lectern/error.h"
#include "text/bert_normalizer.h"

namespace lectern::text {
namespace {

constexpr std::string_view kContinuation = "##";
constexpr std::size_t kMaxCharacters = 100;  // of a word; longer ones are unknown

}  // namespace

WordPieceTokenizer::WordPieceTokenizer(TokenizerData tokenizer_data)
    : TokenizerBase(std::move(tokenizer_data)),
      beginnings_(data().tokens.size()),
      continuations_(data().tokens.size()) {
  if (data().pre_tokenizer != "bert") {
    throw Error(ErrorCode::kUnsupported, fmt::format("The pre-tokenizer {} of a word-piece model is not one that "
                                                     "Lectern knows (bert).",
                                                     lectern::quoted(data().pre_tokenizer)));
  }
  if (data().unknown < 0) {
    throw Error(ErrorCode::kCorrupt, "The word-piece tokenizer has no unknown token ([UNK]).");
  }
  for (std::size_t id = 0; id < data().tokens.size(); ++id) {
    const std::string_view text = data().tokens[id];
    if (text.starts_with(kContinuation)) {
      continuations_.add(text.substr(kContinuation.size()), static_cast<TokenId>(id));
    }
    beginnings_.add(text, static_cast<TokenId>(id));
  }
}

void WordPieceTokenizer::encode_text(std::string_view text, TextBefore, std::vector<TokenId>& ids) const {
  for_each_bert_word(normalize_for_bert(text, data().lowercase),
                     [&](std::string_view word) { encode_word(word, ids); });
}

void WordPieceTokenizer::encode_word(std::string_view word, std::vector<TokenId>& ids) const {
  if (std::count_if(word.begin(), word.end(), begins_character) > static_cast<std::ptrdiff_t>(kMaxCharacters)) {
    ids.push_back(data().unknown);
    return;
  }
  const std::size_t before = ids.size();
  for (std::size_t begin = 0; begin < word.size();) {
    const TokenId piece = longest_piece(word, begin);
    if (piece < 0) {
      ids.resize(before);
      ids.push_back(data().unknown);
      return;
    }
    ids.push_back(piece);
  }
}

TokenId WordPieceTokenizer::longest_piece(std::string_view word, std::size_t& begin) const {
  struct Prefix {
    std::size_t end;
    TokenIndex::Hash hash;
  };
  std::array<Prefix, kMaxCharacters> prefixes;
  std::size_t count = 0;
  TokenIndex::Hash hash = TokenIndex::kSeed;
  for (std::size_t i = begin; i < word.size(); ++i) {
    hash = TokenIndex::extend(hash, word[i]);
    if (i + 1 == word.size() || begins_character(word[i + 1])) prefixes[count++] = {i + 1, hash};
  }
  const TokenIndex& index = begin == 0 ? beginnings_ : continuations_;
  while (count > 0) {
    const Prefix& prefix = prefixes[--count];
    const TokenId piece = index.find(word.substr(begin, prefix.end - begin), prefix.hash);
    if (piece < 0) continue;
    begin = prefix.end;
    return piece;
  }
  return -1;
}

// As Hugging Face's WordPiece decoder: a blank between words, none before the marks that close a clause.
void WordPieceTokenizer::append_text(TokenId id, bool first, std::string& out) const {
  std::string_view text = token(id);
  const bool continues = text.starts_with(kContinuation);
  if (continues && !first) text.remove_prefix(kContinuation.size());
  const bool closes = !text.empty() && std::string_view(".?!,").find(text.front()) != std::string_view::npos;
  if (!first && !continues && !closes) out += ' ';
  out += text;
}

}  // namespace lectern::text
