// Text to token ids and back, as the model's own vocabulary has it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lectern {

using TokenId = std::int32_t;

/// What stands before a text that is encoded: some tokenizers put a blank before text that nothing, or a special token,
/// goes before.
enum class TextBefore { kNothing, kSpecialToken, kText };

struct EncodeOptions {
  bool add_special_tokens = true;    // the start and end tokens that the model's tokenizer adds ([CLS], [SEP], <s>)
  bool parse_special_tokens = true;  // "<|im_end|>" in the text is that token; off for text from documents and people
  TextBefore before = TextBefore::kNothing;
};

struct TokenTextOptions {
  bool keep_special = false;  // "<|im_end|>" is its own text rather than nothing
  bool begins_text = false;   // without the blank that the tokenizer puts before a text
};

/// One message of a conversation.
struct Message {
  std::string role;  // "system", "user" or "assistant"
  std::string content;
};

/// Pieces of text in, whole characters out: what `next` returns is always valid UTF-8.
class IncrementalDecoder {
 public:
  virtual ~IncrementalDecoder() = default;
  virtual std::string next(TokenId token) = 0;
  virtual std::string finish() = 0;  // what is left; an unfinished character becomes U+FFFD
};

/// Immutable and safe to share between threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  virtual std::vector<TokenId> encode(std::string_view text, const EncodeOptions& options = {}) const = 0;
  /// Special tokens are left out unless `keep_special`.
  virtual std::string decode(std::span<const TokenId> tokens, bool keep_special = false) const = 0;
  /// `continues`: what comes is more of a text, and a blank that it begins with is kept.
  virtual std::unique_ptr<IncrementalDecoder> incremental_decoder(bool continues = false) const = 0;
  /// What a token of the vocabulary is inside a text; it may begin or end within a character. A special token is
  /// nothing.
  virtual std::string token_bytes(TokenId token, const TokenTextOptions& options = {}) const = 0;

  virtual std::int32_t vocabulary_size() const = 0;
  virtual TokenId bos() const = 0;  // -1 where the model has none
  /// Tokens at which generation ends.
  virtual std::span<const TokenId> end_tokens() const = 0;

  /// The prompt for `messages` by the checkpoint's own chat template, ready for the assistant's turn; with the start
  /// token where the tokenizer adds one and the template does not.
  /// Throws Error: kUnsupported (no template, or a construct outside the subset), kInvalidArgument (the template
  /// refuses these messages).
  virtual std::string apply_chat_template(std::span<const Message> messages) const = 0;
  virtual bool has_chat_template() const = 0;
};

/// The tokenizer inside an engine file, without its weights.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& engine_file);

}  // namespace lectern
