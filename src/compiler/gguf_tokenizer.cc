#include "compiler/gguf_tokenizer.h"

#include <fmt/format.h>

#include <limits>

#include "compiler/tokenizer_parts.h"
#include "formats/quoted_text.h"

namespace lectern::compiler {
namespace {

using formats::Checkpoint;
using formats::quoted_text;
using text::TokenizerData;
using text::TokenType;

template <typename T>
const T& gguf_array(const Checkpoint& checkpoint, std::string_view key, std::string_view what) {
  const auto* value = checkpoint.find_metadata(key);
  if (value == nullptr) refuse(checkpoint, ErrorCode::kCorrupt, fmt::format("the metadata lacks {}.", key));
  const T* array = std::get_if<T>(value);
  if (array == nullptr) refuse(checkpoint, ErrorCode::kCorrupt, fmt::format("{} is not an array of {}.", key, what));
  return *array;
}

TokenId gguf_token(const Checkpoint& checkpoint, std::string_view key, std::size_t vocabulary) {
  const std::int64_t id = checkpoint.integer(key, -1);
  // Some converters write the largest 32-bit number for "none".
  if (id == -1 || id == std::numeric_limits<std::uint32_t>::max()) return -1;
  if (id < 0 || static_cast<std::uint64_t>(id) >= vocabulary) {
    refuse(checkpoint, ErrorCode::kCorrupt,
           fmt::format("{} is {}, outside the vocabulary of {} tokens.", key, id, vocabulary));
  }
  return static_cast<TokenId>(id);
}

TokenType gguf_type(const Checkpoint& checkpoint, std::int64_t type, const std::string& token) {
  switch (type) {
    case 1:
      return TokenType::kNormal;
    case 2:
      return TokenType::kUnknown;
    case 3:
      return TokenType::kControl;
    case 4:
      return TokenType::kUserDefined;
    case 5:
      return TokenType::kUnused;
    case 6:
      return TokenType::kByte;
    default:
      refuse(checkpoint, ErrorCode::kCorrupt,
             fmt::format("the token {} has the unknown type {}.", quoted_text(token), type));
  }
}

text::TokenizerModel gguf_model(const Checkpoint& checkpoint) {
  const std::string model = checkpoint.text("tokenizer.ggml.model");
  if (model == "gpt2") return text::TokenizerModel::kBytePairs;
  if (model == "llama") return text::TokenizerModel::kSentencePieces;
  refuse(checkpoint, ErrorCode::kUnsupported,
         fmt::format("it has a tokenizer of the kind {}. Lectern reads byte-level byte-pair tokenizers (\"gpt2\") and "
                     "SentencePiece ones (\"llama\") from GGUF files.",
                     quoted_text(model)));
}

void read_tokens(const Checkpoint& checkpoint, TokenizerData& data) {
  data.tokens = gguf_array<std::vector<std::string>>(checkpoint, "tokenizer.ggml.tokens", "texts");
  const auto& types = gguf_array<std::vector<std::int64_t>>(checkpoint, "tokenizer.ggml.token_type", "integers");
  if (types.size() != data.tokens.size()) {
    refuse(checkpoint, ErrorCode::kCorrupt,
           fmt::format("tokenizer.ggml.token_type has {} entries for {} tokens.", types.size(), data.tokens.size()));
  }
  for (std::size_t id = 0; id < types.size(); ++id) {
    data.types.push_back(gguf_type(checkpoint, types[id], data.tokens[id]));
    if (data.types.back() == TokenType::kByte && data.model == text::TokenizerModel::kBytePairs) {
      refuse(checkpoint, ErrorCode::kCorrupt,
             fmt::format("the token {} is marked as a byte, which a byte-level vocabulary has none of.",
                         quoted_text(data.tokens[id])));
    }
  }
}

void read_byte_pairs(const Checkpoint& checkpoint, TokenizerData& data) {
  data.pre_tokenizer = checkpoint.text("tokenizer.ggml.pre");
  for (const auto& merge : gguf_array<std::vector<std::string>>(checkpoint, "tokenizer.ggml.merges", "texts")) {
    data.merges.push_back(split_merge(checkpoint, merge));
  }
}

void read_sentence_pieces(const Checkpoint& checkpoint, TokenizerData& data) {
  const auto& scores = gguf_array<std::vector<double>>(checkpoint, "tokenizer.ggml.scores", "numbers");
  if (scores.size() != data.tokens.size()) {
    refuse(checkpoint, ErrorCode::kCorrupt,
           fmt::format("tokenizer.ggml.scores has {} entries for {} tokens.", scores.size(), data.tokens.size()));
  }
  for (const double score : scores) data.scores.push_back(static_cast<float>(score));
  const bool prefix = checkpoint.boolean("tokenizer.ggml.add_space_prefix", true);
  data.prefix = prefix ? text::BlankPrefix::kEach : text::BlankPrefix::kNone;
}

}  // namespace

TokenizerData import_gguf_tokenizer(const Checkpoint& checkpoint) {
  TokenizerData data;
  data.model = gguf_model(checkpoint);
  const bool sentence_pieces = data.model == text::TokenizerModel::kSentencePieces;
  read_tokens(checkpoint, data);
  if (sentence_pieces) {
    read_sentence_pieces(checkpoint, data);
  } else {
    read_byte_pairs(checkpoint, data);
  }
  const auto token = [&](std::string_view key) { return gguf_token(checkpoint, key, data.tokens.size()); };
  data.bos = token("tokenizer.ggml.bos_token_id");
  data.eos = token("tokenizer.ggml.eos_token_id");
  data.unknown = token("tokenizer.ggml.unknown_token_id");
  for (const char* key : {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    if (const TokenId id = token(key); id >= 0) data.end_tokens.push_back(id);
  }
  // Older conversions of Llama leave the flag out, and the models do not work without their start token.
  data.add_bos =
      checkpoint.boolean("tokenizer.ggml.add_bos_token", sentence_pieces || data.pre_tokenizer == "llama-bpe");
  data.add_eos = checkpoint.boolean("tokenizer.ggml.add_eos_token", false);
  data.chat_template = checkpoint.text("tokenizer.chat_template", "");
  return data;
}

}  // namespace lectern::compiler
