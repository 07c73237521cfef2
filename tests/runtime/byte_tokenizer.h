// One token a byte, and an end token; whole characters out.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::runtime {

class ByteTokenizer : public Tokenizer {
 public:
  static constexpr TokenId kEnd = 256;

  std::vector<TokenId> encode(std::string_view text, const EncodeOptions& = {}) const override {
    std::vector<TokenId> tokens;
    for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
    return tokens;
  }
  std::string decode(std::span<const TokenId> tokens, bool = false) const override {
    std::string text;
    for (const TokenId token : tokens) {
      if (token < kEnd) text += static_cast<char>(token);
    }
    return text;
  }
  std::unique_ptr<IncrementalDecoder> incremental_decoder(bool) const override { return std::make_unique<Decoder>(); }
  std::string token_bytes(TokenId token, const TokenTextOptions&) const override { return decode({&token, 1}); }
  std::int32_t vocabulary_size() const override { return kEnd + 1; }
  TokenId bos() const override { return -1; }
  std::span<const TokenId> end_tokens() const override { return ends_; }
  std::string apply_chat_template(std::span<const Message>) const override { return {}; }
  bool has_chat_template() const override { return false; }

 private:
  struct Decoder : IncrementalDecoder {
    std::string next(TokenId token) override {
      if (token >= kEnd) return {};
      held += static_cast<char>(token);
      const auto lead = static_cast<unsigned char>(held[0]);
      const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      return held.size() < length ? std::string() : std::exchange(held, {});
    }
    std::string finish() override { return std::exchange(held, {}).empty() ? "" : "\uFFFD"; }
    std::string held;
  };

  std::array<TokenId, 1> ends_{kEnd};
};

}  // namespace lectern::runtime
