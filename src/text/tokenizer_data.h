// Everything that a tokenizer is made from, and its form inside an engine file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::text {

enum class TokenizerModel : std::uint8_t { kBytePairs, kWordPieces, kSentencePieces };

enum class TokenType : std::uint8_t {
  kNormal,
  kControl,      // special: never made from ordinary text, left out of decoded text
  kUserDefined,  // matched in the text before anything else, kept in decoded text
  kUnknown,
  kUnused,
  kByte,  // of a SentencePiece model: "<0x0A>"
};

/// Where a SentencePiece model puts a blank before text: nowhere, at the beginning, or behind special tokens too.
enum class BlankPrefix : std::uint8_t { kNone, kFirst, kEach };

/// Tokens are written as GGUF and Hugging Face write them: of a byte-level model each byte is a printable character, of
/// a SentencePiece model "▁" is a blank.
struct TokenizerData {
  TokenizerModel model = TokenizerModel::kBytePairs;
  std::string pre_tokenizer;  // GGUF's names: "smollm", "qwen2", "gpt-2", "llama-bpe", …; "bert" for word pieces
  std::vector<std::string> tokens;
  std::vector<TokenType> types;                             // [tokens]
  std::vector<std::pair<std::string, std::string>> merges;  // best first
  TokenId bos = -1, eos = -1, unknown = -1, classify = -1, separate = -1;
  std::vector<TokenId> end_tokens;  // where generation ends: eos and end-of-turn
  bool add_bos = false;
  bool add_eos = false;
  bool lowercase = false;     // WordPiece: lower case and accents stripped
  std::vector<float> scores;  // SentencePiece, [tokens]: the highest merges first; empty where `merges` have the order
  BlankPrefix prefix = BlankPrefix::kNone;
  bool prefix_unless_blank = false;  // text that begins with a blank gets none
  std::string chat_template;         // Jinja; empty where the model has none
};

/// The "tokenizer" section of an engine file; the chat template is a section of its own.
std::vector<std::byte> serialize(const TokenizerData& data);
/// Throws Error kCorrupt.
TokenizerData parse_tokenizer_data(std::span<const std::byte> bytes);

/// Throws Error kUnsupported (a pre-tokenizer that is not known), kCorrupt (ids out of range, merges of no token, bytes
/// without a token, scores that are no numbers).
std::unique_ptr<Tokenizer> make_tokenizer(TokenizerData data);

}  // namespace lectern::text
