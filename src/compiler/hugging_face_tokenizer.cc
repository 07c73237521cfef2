#include "compiler/hugging_face_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/hugging_face_models.h"
#include "compiler/side_file.h"
#include "compiler/tokenizer_parts.h"
#include "formats/quoted_text.h"

namespace lectern::compiler {
namespace {

using formats::Checkpoint;
using formats::quoted_text;
using nlohmann::json;
using text::TokenizerData;
using text::TokenType;

TokenId token_id(const SideFile& side, const json& value, std::size_t limit) {
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
      value.get<std::uint64_t>() >= static_cast<std::uint64_t>(limit)) {
    side.refuse_here(ErrorCode::kCorrupt, fmt::format("the token id {} is not below {}.", value.dump(), limit));
  }
  return value.get<TokenId>();
}

// Vocabulary and added tokens; every id from 0 on must be taken. SentencePiece models say of their special tokens that
// they are `normalized`, and mean them as they are written.
void read_tokens(const SideFile& side, bool normalized_too, TokenizerData& data) {
  const json& vocabulary = SideFile::at(side.at("model"), "vocab");
  const json& added = side.at("added_tokens");
  if (!vocabulary.is_object()) side.refuse_here(ErrorCode::kCorrupt, "\"model.vocab\" is not an object.");
  if (!added.is_null() && !added.is_array()) side.refuse_here(ErrorCode::kCorrupt, "\"added_tokens\" is no array.");
  const std::size_t limit = vocabulary.size() + added.size();
  data.tokens.resize(limit);
  data.types.assign(limit, TokenType::kUnused);
  std::size_t end = 0;
  const auto put = [&](TokenId id, const std::string& token, TokenType type) {
    data.tokens[static_cast<std::size_t>(id)] = token;
    data.types[static_cast<std::size_t>(id)] = type;
    end = std::max(end, static_cast<std::size_t>(id) + 1);
  };
  for (const auto& [token, id] : vocabulary.items()) put(token_id(side, id, limit), token, TokenType::kNormal);
  for (const json& token : added) {
    const bool plain = !side.flag(token, "lstrip", false) && !side.flag(token, "rstrip", false) &&
                       !side.flag(token, "single_word", false) &&
                       (normalized_too || !side.flag(token, "normalized", false));
    const std::string content = side.text(token, "content");
    if (!plain) {
      side.refuse_here(ErrorCode::kUnsupported,
                       fmt::format("the added token {} is matched in a way that Lectern does not know (lstrip, rstrip, "
                                   "single_word or normalized).",
                                   quoted_text(content)));
    }
    put(token_id(side, SideFile::at(token, "id"), limit), content,
        side.flag(token, "special", false) ? TokenType::kControl : TokenType::kUserDefined);
  }
  data.tokens.resize(end);
  data.types.resize(end);
}

// A special token of tokenizer_config.json: a text, or an object with its content.
TokenId configured_token(const SideFile& config, std::string_view key, const TokenizerData& data) {
  const json& value = config.at(key);
  return find_token(data, value.is_object() ? config.text(value, "content") : config.text(config.root(), key));
}

// Whether the post-processor begins a text with `token`.
bool template_begins_with(const SideFile& side, const std::string& token) {
  const auto begins = [&](const json& processor) {
    const json& single = SideFile::at(processor, "single");
    return single.is_array() && !single.empty() && side.text(SideFile::at(single[0], "SpecialToken"), "id") == token;
  };
  const json& processor = side.at("post_processor");
  const json& steps = SideFile::at(processor, "processors");
  return begins(processor) || (steps.is_array() && std::any_of(steps.begin(), steps.end(), begins));
}

std::string chat_template_of(const Checkpoint& checkpoint, const SideFile& config) {
  const std::string file = checkpoint.side_file("chat_template.jinja");
  const json& value = config.at("chat_template");
  if (!file.empty() || value.is_null()) return file;
  if (!value.is_array()) return config.text(config.root(), "chat_template");
  for (const json& named : value) {
    if (config.text(named, "name") == "default") return config.text(named, "template");
  }
  return {};
}

void read_vocabulary_file(const Checkpoint& checkpoint, const SideFile& config, TokenizerData& data) {
  const std::string lines = checkpoint.side_file("vocab.txt");
  if (lines.empty()) {
    refuse(checkpoint, ErrorCode::kCorrupt, "the folder has no tokenizer: neither tokenizer.json nor vocab.txt.");
  }
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    const bool carriage_return = end > begin && lines[end - 1] == '\r';
    data.tokens.push_back(lines.substr(begin, end - begin - (carriage_return ? 1 : 0)));
    begin = end + 1;
  }
  data.types.assign(data.tokens.size(), TokenType::kNormal);
  for (const char* special : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
    const TokenId id = find_token(data, special);
    if (id >= 0) data.types[static_cast<std::size_t>(id)] = TokenType::kControl;
  }
  data.model = text::TokenizerModel::kWordPieces;
  data.pre_tokenizer = "bert";
  data.lowercase = config.flag(config.root(), "do_lower_case", true);
  data.unknown = find_token(data, "[UNK]");
}

}  // namespace

TokenizerData import_hugging_face_tokenizer(const Checkpoint& checkpoint) {
  const SideFile side(checkpoint, "tokenizer.json");
  const SideFile config(checkpoint, "tokenizer_config.json");
  TokenizerData data;
  if (!side) {
    read_vocabulary_file(checkpoint, config, data);
  } else {
    const bool byte_fallback = side.flag(side.at("model"), "byte_fallback", false);
    read_tokens(side, byte_fallback, data);
    const std::string type = side.text(side.at("model"), "type");
    if (type == "WordPiece") {
      read_word_pieces(side, data);
    } else if (type == "BPE" && byte_fallback) {
      read_sentence_pieces(side, data);
    } else if (type == "BPE") {
      read_byte_pairs(side, data);
    } else {
      side.refuse_here(
          ErrorCode::kUnsupported,
          fmt::format("it has a tokenizer of the kind {}; Lectern reads WordPiece and BPE.", quoted_text(type)));
    }
  }
  if (data.model == text::TokenizerModel::kWordPieces) {
    data.classify = find_token(data, "[CLS]");
    data.separate = find_token(data, "[SEP]");
    return data;
  }
  data.bos = configured_token(config, "bos_token", data);
  data.eos = configured_token(config, "eos_token", data);
  data.add_bos = data.bos >= 0 && template_begins_with(side, data.tokens[static_cast<std::size_t>(data.bos)]);
  data.chat_template = chat_template_of(checkpoint, config);
  return data;
}

}  // namespace lectern::compiler
