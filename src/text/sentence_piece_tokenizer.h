// SentencePiece's byte-pair encoding (Kudo and Richardson 2018), as Llama 2, TinyLlama and Mistral have it: characters
// merge into pieces, across words too; characters that are no piece are spelled in bytes.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "text/merge_table.h"
#include "text/token_index.h"
#include "text/tokenizer_base.h"
#include "text/word_merger.h"

namespace lectern::text {

class SentencePieceTokenizer final : public TokenizerBase {
 public:
  /// Throws Error kUnsupported, kCorrupt.
  explicit SentencePieceTokenizer(TokenizerData data);

 private:
  void encode_text(std::string_view text, TextBefore before, std::vector<TokenId>& ids) const override;
  void append_text(TokenId token, bool first, std::string& out) const override;
  TokenId start_token() const override { return data().add_bos ? data().bos : -1; }
  TokenId end_token() const override { return data().add_eos ? data().eos : -1; }

  void index_tokens();
  bool begins_with_blank(std::string_view text, TextBefore before) const;
  std::size_t end_of_word(std::string_view text, std::size_t begin) const;
  void encode_word(std::string_view word, WordMerger& merger, std::vector<TokenId>& ids) const;

  std::vector<std::string> texts_;  // [tokens], what each stands for
  TokenIndex pieces_;               // of normal tokens' texts
  std::array<TokenId, 256> token_of_byte_{};
  MergeTable merges_;
  bool blanks_begin_pieces_ = true;  // no piece has a blank behind another character
};

}  // namespace lectern::text
