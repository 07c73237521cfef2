#include "text/tokenizer_base.h"

#include <fmt/format.h>

#include "core/paths.h"
#include "lectern/error.h"
#include "text/utf8.h"

namespace lectern::text {
namespace {

constexpr std::size_t kMaxText = std::size_t{256} << 20;  // bytes; ICU counts in 32 bits, and text may grow eightfold

class TokenDecoder : public IncrementalDecoder {
 public:
  explicit TokenDecoder(const TokenizerBase& tokenizer) : tokenizer_(tokenizer) {}

  std::string next(TokenId token) override {
    std::string bytes;
    tokenizer_.append_token(token, first_, false, bytes);
    first_ = first_ && bytes.empty();
    return characters_.add(bytes);
  }

  std::string finish() override {
    first_ = true;
    return characters_.finish();
  }

 private:
  const TokenizerBase& tokenizer_;
  Utf8Assembler characters_;
  bool first_ = true;
};

void check_ids(const TokenizerData& data) {
  const auto size = static_cast<TokenId>(data.tokens.size());
  const auto check = [&](std::string_view what, TokenId id, TokenId lowest) {
    if (id >= lowest && id < size) return;
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("The tokenizer's {} token has id {}, outside its vocabulary of {} tokens.", what, id, size));
  };
  check("start", data.bos, -1);
  check("end", data.eos, -1);
  check("unknown", data.unknown, -1);
  check("classification", data.classify, -1);
  check("separator", data.separate, -1);
  for (const TokenId id : data.end_tokens) check("end", id, 0);
}

TokenizerData checked(TokenizerData data) {
  constexpr std::size_t kMaxTokens = std::size_t{1} << 24;
  if (data.tokens.empty() || data.tokens.size() > kMaxTokens) {
    throw Error(ErrorCode::kCorrupt, fmt::format("A vocabulary of {} tokens makes no tokenizer: 1 to {} are expected.",
                                                 data.tokens.size(), kMaxTokens));
  }
  if (data.types.size() != data.tokens.size()) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("The tokenizer has {} tokens, but types for {}.", data.tokens.size(), data.types.size()));
  }
  for (std::size_t id = 0; id < data.tokens.size(); ++id) {
    if (is_valid_utf8(data.tokens[id])) continue;
    throw Error(ErrorCode::kCorrupt, fmt::format("The tokenizer's token {} is not valid UTF-8.", id));
  }
  check_ids(data);
  return data;
}

SpecialTokens tokens_of_types(const TokenizerData& data, bool control) {
  std::vector<std::pair<std::string, TokenId>> found;
  for (std::size_t id = 0; id < data.tokens.size(); ++id) {
    const bool wanted = data.types[id] == TokenType::kUserDefined || (control && data.types[id] == TokenType::kControl);
    if (wanted) found.emplace_back(data.tokens[id], static_cast<TokenId>(id));
  }
  return SpecialTokens(std::move(found));
}

std::string text_of(const TokenizerData& data, TokenId id) {
  return id < 0 ? std::string() : data.tokens[static_cast<std::size_t>(id)];
}

}  // namespace

TokenizerBase::TokenizerBase(TokenizerData data)
    : data_(checked(std::move(data))),
      special_(tokens_of_types(data_, true)),
      user_defined_(tokens_of_types(data_, false)),
      chat_template_(data_.chat_template) {}

std::vector<TokenId> TokenizerBase::encode(std::string_view text, const EncodeOptions& options) const {
  if (text.size() > kMaxText) {
    throw Error(ErrorCode::kTooLong, fmt::format("A text of {} bytes is too long to tokenize at once: cut it into "
                                                 "pieces of at most {} bytes.",
                                                 text.size(), kMaxText));
  }
  std::string repaired;
  if (!is_valid_utf8(text)) {
    repaired = to_valid_utf8(text);
    text = repaired;
  }
  std::vector<TokenId> ids;
  if (options.add_special_tokens && start_token() >= 0) ids.push_back(start_token());
  const SpecialTokens& special = options.parse_special_tokens ? special_ : user_defined_;
  for (std::size_t i = 0; i < text.size();) {
    const SpecialTokens::Match match = special.find(text, i);
    if (match.begin > i) encode_text(text.substr(i, match.begin - i), ids);
    if (match.token >= 0) ids.push_back(match.token);
    i = match.end;
  }
  if (options.add_special_tokens && end_token() >= 0) ids.push_back(end_token());
  return ids;
}

void TokenizerBase::append_token(TokenId token, bool first, bool keep_special, std::string& out) const {
  if (token < 0 || token >= vocabulary_size()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("Token {} is outside the vocabulary of {} tokens.", token, vocabulary_size()));
  }
  const bool special = type(token) == TokenType::kControl || type(token) == TokenType::kUnknown;
  if (!special || keep_special) append_text(token, first, out);
}

std::string TokenizerBase::decode(std::span<const TokenId> tokens, bool keep_special) const {
  std::string bytes;
  for (const TokenId token : tokens) append_token(token, bytes.empty(), keep_special, bytes);
  Utf8Assembler characters;
  const std::string text = characters.add(bytes);
  return text + characters.finish();
}

std::string TokenizerBase::token_bytes(TokenId token) const {
  std::string bytes;
  append_token(token, false, false, bytes);
  return bytes;
}

std::unique_ptr<IncrementalDecoder> TokenizerBase::incremental_decoder() const {
  return std::make_unique<TokenDecoder>(*this);
}

std::string TokenizerBase::apply_chat_template(std::span<const Message> messages) const {
  return chat_template_.render(messages, text_of(data_, data_.bos), text_of(data_, data_.eos));
}

}  // namespace lectern::text
