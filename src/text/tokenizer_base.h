// What every tokenizer shares: special tokens, decoding, the chat template.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/chat_template.h"
#include "text/special_tokens.h"
#include "text/tokenizer_data.h"

namespace lectern::text {

class TokenizerBase : public Tokenizer {
 public:
  std::vector<TokenId> encode(std::string_view text, const EncodeOptions& options) const final;
  std::string decode(std::span<const TokenId> tokens, bool keep_special) const final;
  std::unique_ptr<IncrementalDecoder> incremental_decoder(bool continues) const final;
  std::string token_bytes(TokenId token, const TokenTextOptions& options) const final;

  std::int32_t vocabulary_size() const final { return static_cast<std::int32_t>(data_.tokens.size()); }
  TokenId bos() const final { return data_.bos; }
  std::span<const TokenId> end_tokens() const final { return data_.end_tokens; }

  std::string apply_chat_template(std::span<const Message> messages) const final;
  bool has_chat_template() const final { return !data_.chat_template.empty(); }

  /// Adds a token's bytes to `out`; `first` where no token's text comes before it. Special tokens add nothing unless
  /// `keep_special`: then false is returned. Throws Error kInvalidArgument (a token outside the vocabulary).
  bool append_token(TokenId token, bool first, bool keep_special, std::string& out) const;

 protected:
  /// Checks `data` (Error kCorrupt: ids out of range, types that do not match the tokens).
  explicit TokenizerBase(TokenizerData data);

  const TokenizerData& data() const { return data_; }
  const std::string& token(TokenId id) const { return data_.tokens[static_cast<std::size_t>(id)]; }
  TokenType type(TokenId id) const { return data_.types[static_cast<std::size_t>(id)]; }

 private:
  /// Ids of well-formed UTF-8 without special tokens, never empty, added to `ids`.
  virtual void encode_text(std::string_view text, TextBefore before, std::vector<TokenId>& ids) const = 0;
  virtual void append_text(TokenId token, bool first, std::string& out) const = 0;
  virtual TokenId start_token() const = 0;  // that `encode` adds; -1: none
  virtual TokenId end_token() const = 0;

  TokenizerData data_;
  SpecialTokens special_;  // control and user-defined tokens
  SpecialTokens user_defined_;
  ChatTemplate chat_template_;
};

}  // namespace lectern::text
