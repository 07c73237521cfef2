// BERT's word pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/token_index.h"
#include "text/tokenizer_base.h"

namespace lectern::text {

class WordPieceTokenizer final : public TokenizerBase {
 public:
  /// Throws Error kUnsupported, kCorrupt.
  explicit WordPieceTokenizer(TokenizerData data);

 private:
  void encode_text(std::string_view text, TextBefore before, std::vector<TokenId>& ids) const override;
  void append_text(TokenId token, bool first, std::string& out) const override;
  TokenId start_token() const override { return data().classify; }
  TokenId end_token() const override { return data().separate; }

  void encode_word(std::string_view word, std::vector<TokenId>& ids) const;
  /// The longest piece at `begin`, which moves behind it; -1 where there is none.
  TokenId longest_piece(std::string_view word, std::size_t& begin) const;

  TokenIndex beginnings_;
  TokenIndex continuations_;  // without their "##"
};

}  // namespace lectern::text
