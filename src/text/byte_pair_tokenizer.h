// Byte-level byte-pair encoding, as GPT-2 introduced it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/merge_table.h"
#include "text/pre_tokenizer.h"
#include "text/token_index.h"
#include "text/tokenizer_base.h"
#include "text/word_merger.h"

namespace lectern::text {

class BytePairTokenizer final : public TokenizerBase {
 public:
  /// Throws Error kUnsupported, kCorrupt.
  explicit BytePairTokenizer(TokenizerData data);

 private:
  void encode_text(std::string_view text, TextBefore before, std::vector<TokenId>& ids) const override;
  void append_text(TokenId token, bool first, std::string& out) const override;
  TokenId start_token() const override { return data().add_bos ? data().bos : -1; }
  TokenId end_token() const override { return data().add_eos ? data().eos : -1; }

  void index_tokens();
  void add_merges();
  void encode_section(std::string_view section, WordMerger& merger, std::vector<TokenId>& ids) const;
  void encode_word(std::string_view word, WordMerger& merger, std::vector<TokenId>& ids) const;
  void merge_bytes(std::string_view word, WordMerger& merger, std::vector<TokenId>& ids) const;

  /// What merging the bytes of a token gives: found out when the token's text is first met as a word, so that common
  /// words cost one look-up. Racing threads find the same.
  enum class Whole : std::uint8_t { kNotTried, kItself, kOther };

  const PreTokenizer* pre_tokenizer_;
  std::vector<std::string> bytes_;            // [tokens], what each stands for
  TokenIndex index_;                          // of normal tokens' bytes
  std::array<TokenId, 256> token_of_byte_{};  // -1: dropped from the text, as in Hugging Face's tokenizers
  MergeTable merges_;
  mutable std::vector<std::atomic<Whole>> whole_;  // [tokens]
};

}  // namespace lectern::text
