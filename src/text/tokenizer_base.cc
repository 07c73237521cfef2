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
  TokenDecoder(const TokenizerBase& tokenizer, bool continues)
      : tokenizer_(tokenizer), continues_(continues), first_(!continues) {}

  std::string next(TokenId token) override {
    std::string bytes;
    if (tokenizer_.append_token(token, first_, false, bytes)) first_ = false;
    return characters_.add(bytes);
  }

  std::string finish() override {
    first_ = !continues_;
    return characters_.finish();
  }

 private:
  const TokenizerBase& tokenizer_;
  Utf8Assembler characters_;
  bool continues_;
  bool first_;
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
    const TokenType type = data.types[id];
    const bool special = type == TokenType::kControl || type == TokenType::kUnknown;
    const bool wanted = type == TokenType::kUserDefined || (control && special);
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
  TextBefore before = options.before;
  for (std::size_t i = 0; i < text.size(); before = TextBefore::kSpecialToken) {
    const SpecialTokens::Match match = special.find(text, i);
    if (match.begin > i) encode_text(text.substr(i, match.begin - i), before, ids);
    if (match.token >= 0) ids.push_back(match.token);
    i = match.end;
  }
  if (options.add_special_tokens && end_token() >= 0) ids.push_back(end_token());
  return ids;
}

bool TokenizerBase::append_token(TokenId token, bool first, bool keep_special, std::string& out) const {
  if (token < 0 || token >= vocabulary_size()) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("Token {} is outside the vocabulary of {} tokens.", token, vocabulary_size()));
  }
  const bool special = type(token) == TokenType::kControl || type(token) == TokenType::kUnknown;
  if (special && !keep_special) return false;
  append_text(token, first, out);
  return true;
}

std::string TokenizerBase::decode(std::span<const TokenId> tokens, bool keep_special) const {
  std::string bytes;
  bool first = true;
  for (const TokenId token : tokens) first = !append_token(token, first, keep_special, bytes) && first;
  Utf8Assembler characters;
  const std::string text = characters.add(bytes);
  return text + characters.finish();
}

std::string TokenizerBase::token_bytes(TokenId token, const TokenTextOptions& options) const {
  std::string bytes;
  append_token(token, options.begins_text, options.keep_special, bytes);
  return bytes;
}

std::unique_ptr<IncrementalDecoder> TokenizerBase::incremental_decoder(bool continues) const {
  return std::make_unique<TokenDecoder>(*this, continues);
}

std::string TokenizerBase::apply_chat_template(std::span<const Message> messages) const {
  const std::string bos = text_of(data_, data_.bos);
  std::string prompt = chat_template_.render(messages, bos, text_of(data_, data_.eos));
  const bool lacks_start = start_token() >= 0 && start_token() == data_.bos && !prompt.starts_with(bos);
  return lacks_start ? bos + prompt : prompt;
}

}  // namespace lectern::text
