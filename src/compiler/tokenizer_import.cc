#include "compiler/tokenizer_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/paths.h"
#include "formats/json_text.h"
#include "formats/quoted_text.h"
#include "lectern/error.h"

namespace lectern::compiler {
namespace {

using formats::Checkpoint;
using formats::quoted_text;
using nlohmann::json;
using text::TokenizerData;
using text::TokenType;

[[noreturn]] void refuse(const Checkpoint& checkpoint, ErrorCode code, const std::string& message) {
  throw Error(code, fmt::format("{}: {}", lectern::quoted(checkpoint.path()), message));
}

// Where families let a turn or a text end, beside the end token that the checkpoint names. Several are not mentioned in
// the metadata of published checkpoints, which then never stop.
constexpr std::array<std::string_view, 11> kEndTexts{
    "<|im_end|>",    "<|eot_id|>", "<|eom_id|>", "<|endoftext|>", "<|end_of_text|>",      "<|end|>",
    "<end_of_turn>", "<EOT>",      "<|return|>", "<|call|>",      "<｜end▁of▁sentence｜>"};

void add_end_tokens(TokenizerData& data) {
  const auto add = [&](TokenId id) {
    if (id >= 0 && std::find(data.end_tokens.begin(), data.end_tokens.end(), id) == data.end_tokens.end()) {
      data.end_tokens.push_back(id);
    }
  };
  add(data.eos);
  for (std::size_t id = 0; id < data.tokens.size(); ++id) {
    const bool special = data.types[id] == TokenType::kControl || data.types[id] == TokenType::kUserDefined;
    if (special && std::find(kEndTexts.begin(), kEndTexts.end(), data.tokens[id]) != kEndTexts.end()) {
      add(static_cast<TokenId>(id));
    }
  }
}

// "left right"; a token may begin with a blank in no byte-level vocabulary, but cost nothing to allow.
std::pair<std::string, std::string> split_merge(const Checkpoint& checkpoint, const std::string& merge) {
  const std::size_t blank = merge.find(' ', 1);
  if (merge.empty() || blank == std::string::npos || blank + 1 == merge.size()) {
    refuse(checkpoint, ErrorCode::kCorrupt, fmt::format("the merge {} is not two tokens.", quoted_text(merge)));
  }
  return {merge.substr(0, blank), merge.substr(blank + 1)};
}

// ---- GGUF

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
      refuse(checkpoint, ErrorCode::kCorrupt,
             fmt::format("the token {} is marked as a byte, which a byte-level vocabulary has none of.",
                         quoted_text(token)));
    default:
      refuse(checkpoint, ErrorCode::kCorrupt,
             fmt::format("the token {} has the unknown type {}.", quoted_text(token), type));
  }
}

void check_gguf_model(const Checkpoint& checkpoint) {
  const std::string model = checkpoint.text("tokenizer.ggml.model");
  if (model == "gpt2") return;
  const std::string kind = model == "llama" ? "a SentencePiece tokenizer (\"llama\")"
                                            : fmt::format("a tokenizer of the kind {}", quoted_text(model));
  refuse(checkpoint, ErrorCode::kUnsupported,
         fmt::format("it has {}. Lectern reads byte-level byte-pair tokenizers (\"gpt2\") from GGUF files.", kind));
}

TokenizerData import_gguf(const Checkpoint& checkpoint) {
  check_gguf_model(checkpoint);
  TokenizerData data;
  data.model = text::TokenizerModel::kBytePairs;
  data.pre_tokenizer = checkpoint.text("tokenizer.ggml.pre");
  data.tokens = gguf_array<std::vector<std::string>>(checkpoint, "tokenizer.ggml.tokens", "texts");
  const auto& types = gguf_array<std::vector<std::int64_t>>(checkpoint, "tokenizer.ggml.token_type", "integers");
  if (types.size() != data.tokens.size()) {
    refuse(checkpoint, ErrorCode::kCorrupt,
           fmt::format("tokenizer.ggml.token_type has {} entries for {} tokens.", types.size(), data.tokens.size()));
  }
  for (std::size_t id = 0; id < types.size(); ++id) {
    data.types.push_back(gguf_type(checkpoint, types[id], data.tokens[id]));
  }
  for (const auto& merge : gguf_array<std::vector<std::string>>(checkpoint, "tokenizer.ggml.merges", "texts")) {
    data.merges.push_back(split_merge(checkpoint, merge));
  }
  const auto token = [&](std::string_view key) { return gguf_token(checkpoint, key, data.tokens.size()); };
  data.bos = token("tokenizer.ggml.bos_token_id");
  data.eos = token("tokenizer.ggml.eos_token_id");
  data.unknown = token("tokenizer.ggml.unknown_token_id");
  for (const char* key : {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    if (const TokenId id = token(key); id >= 0) data.end_tokens.push_back(id);
  }
  // Llama 3's older conversions leave the flag out, and the model does not work without its start token.
  data.add_bos = checkpoint.boolean("tokenizer.ggml.add_bos_token", data.pre_tokenizer == "llama-bpe");
  data.add_eos = checkpoint.boolean("tokenizer.ggml.add_eos_token", false);
  data.chat_template = checkpoint.text("tokenizer.chat_template", "");
  return data;
}

// ---- Hugging Face

// The folder's JSON, each look-up checked: what is absent or null is null.
class Side {
 public:
  Side(const Checkpoint& checkpoint, std::string name) : checkpoint_(checkpoint), name_(std::move(name)) {
    const std::string text = checkpoint.side_file(name_);
    if (text.empty()) return;
    value_ = formats::parse_json(text, lectern::quoted(checkpoint.path() / name_));
    if (!value_.is_object()) refuse_here(ErrorCode::kCorrupt, "it is not a JSON object.");
  }

  explicit operator bool() const { return !value_.is_null(); }
  const json& root() const { return value_; }

  [[noreturn]] void refuse_here(ErrorCode code, const std::string& message) const {
    refuse(checkpoint_, code, name_ + ": " + message);
  }

  static const json& at(const json& object, std::string_view key) {
    static const json kNull;
    if (!object.is_object()) return kNull;
    const auto found = object.find(key);
    return found == object.end() ? kNull : *found;
  }
  const json& at(std::string_view key) const { return at(value_, key); }

  std::string text(const json& object, std::string_view key) const {
    const json& value = at(object, key);
    if (value.is_null()) return {};
    if (!value.is_string()) refuse_here(ErrorCode::kCorrupt, fmt::format("\"{}\" is not a text.", key));
    return value.get<std::string>();
  }
  bool flag(const json& object, std::string_view key, bool otherwise) const {
    const json& value = at(object, key);
    if (value.is_null()) return otherwise;
    if (!value.is_boolean()) refuse_here(ErrorCode::kCorrupt, fmt::format("\"{}\" is not true or false.", key));
    return value.get<bool>();
  }

 private:
  const Checkpoint& checkpoint_;
  std::string name_;
  json value_;
};

TokenId token_id(const Side& side, const json& value, std::size_t limit) {
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
      value.get<std::uint64_t>() >= static_cast<std::uint64_t>(limit)) {
    side.refuse_here(ErrorCode::kCorrupt, fmt::format("the token id {} is not below {}.", value.dump(), limit));
  }
  return value.get<TokenId>();
}

// Vocabulary and added tokens; every id from 0 on must be taken.
void read_tokens(const Side& side, TokenizerData& data) {
  const json& vocabulary = Side::at(side.at("model"), "vocab");
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
                       !side.flag(token, "single_word", false) && !side.flag(token, "normalized", false);
    const std::string content = side.text(token, "content");
    if (!plain) {
      side.refuse_here(ErrorCode::kUnsupported,
                       fmt::format("the added token {} is matched in a way that Lectern does not know (lstrip, rstrip, "
                                   "single_word or normalized).",
                                   quoted_text(content)));
    }
    put(token_id(side, Side::at(token, "id"), limit), content,
        side.flag(token, "special", false) ? TokenType::kControl : TokenType::kUserDefined);
  }
  data.tokens.resize(end);
  data.types.resize(end);
}

TokenId find_token(const TokenizerData& data, std::string_view token) {
  const auto found = std::find(data.tokens.begin(), data.tokens.end(), token);
  return token.empty() || found == data.tokens.end() ? -1 : static_cast<TokenId>(found - data.tokens.begin());
}

void read_word_pieces(const Side& side, TokenizerData& data) {
  const json& normalizer = side.at("normalizer");
  const json& model = side.at("model");
  const bool lowercase = side.flag(normalizer, "lowercase", true);
  const json& limit = Side::at(model, "max_input_chars_per_word");
  const bool known = side.text(normalizer, "type") == "BertNormalizer" && side.flag(normalizer, "clean_text", true) &&
                     side.flag(normalizer, "handle_chinese_chars", true) &&
                     side.flag(normalizer, "strip_accents", lowercase) == lowercase &&
                     side.text(side.at("pre_tokenizer"), "type") == "BertPreTokenizer" &&
                     side.text(model, "continuing_subword_prefix") == "##" && (limit.is_null() || limit == 100);
  if (!known) {
    side.refuse_here(ErrorCode::kUnsupported,
                     "its word pieces are not made in BERT's way, the one that Lectern knows.");
  }
  data.model = text::TokenizerModel::kWordPieces;
  data.pre_tokenizer = "bert";
  data.lowercase = lowercase;
  data.unknown = find_token(data, side.text(model, "unk_token"));
}

// The published expressions by which Qwen 2 and Llama 3 cut text; only the digits differ.
std::string split_expression(std::string_view digits) {
  return fmt::format(
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
      digits);
}

std::string pre_tokenizer_of(const Side& side) {
  const json& root = side.at("pre_tokenizer");
  const json& normalizer = side.at("normalizer");
  const json& steps = Side::at(root, "pretokenizers");
  const auto is_byte_level = [&](const json& step, bool regex) {
    return side.text(step, "type") == "ByteLevel" && !side.flag(step, "add_prefix_space", true) &&
           side.flag(step, "use_regex", true) == regex;
  };
  if (normalizer.is_null() && is_byte_level(root, true)) return "gpt-2";
  if (!steps.is_array() || steps.size() != 2) return {};
  if (normalizer.is_null() && side.text(steps[0], "type") == "Digits" &&
      side.flag(steps[0], "individual_digits", false) && is_byte_level(steps[1], true)) {
    return "smollm";
  }
  const bool isolated = side.text(steps[0], "type") == "Split" && side.text(steps[0], "behavior") == "Isolated" &&
                        !side.flag(steps[0], "invert", false) && is_byte_level(steps[1], false);
  if (!isolated) return {};
  const std::string expression = side.text(Side::at(steps[0], "pattern"), "Regex");
  if (side.text(normalizer, "type") == "NFC" && expression == split_expression(R"(\p{N})")) return "qwen2";
  if (normalizer.is_null() && expression == split_expression(R"(\p{N}{1,3})")) return "llama-bpe";
  return {};
}

void read_byte_pairs(const Checkpoint& checkpoint, const Side& side, TokenizerData& data) {
  const json& model = side.at("model");
  data.model = text::TokenizerModel::kBytePairs;
  data.pre_tokenizer = pre_tokenizer_of(side);
  if (data.pre_tokenizer.empty() || side.flag(model, "byte_fallback", false)) {
    side.refuse_here(ErrorCode::kUnsupported,
                     "it cuts text in a way that Lectern does not know (GPT-2, SmolLM, Qwen 2 and Llama 3 are known).");
  }
  const json& merges = Side::at(model, "merges");
  if (!merges.is_array()) side.refuse_here(ErrorCode::kCorrupt, "\"model.merges\" is not an array.");
  for (const json& merge : merges) {
    if (merge.is_string()) {
      data.merges.push_back(split_merge(checkpoint, merge.get<std::string>()));
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      data.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
    } else {
      side.refuse_here(ErrorCode::kCorrupt, fmt::format("a merge is not two tokens: {:.80}", merge.dump()));
    }
  }
}

// A special token of tokenizer_config.json: a text, or an object with its content.
TokenId configured_token(const Side& config, std::string_view key, const TokenizerData& data) {
  const json& value = config.at(key);
  return find_token(data, value.is_object() ? config.text(value, "content") : config.text(config.root(), key));
}

// Whether the post-processor begins a text with `token`.
bool template_begins_with(const Side& side, const std::string& token) {
  const auto begins = [&](const json& processor) {
    const json& single = Side::at(processor, "single");
    return single.is_array() && !single.empty() && side.text(Side::at(single[0], "SpecialToken"), "id") == token;
  };
  const json& processor = side.at("post_processor");
  const json& steps = Side::at(processor, "processors");
  return begins(processor) || (steps.is_array() && std::any_of(steps.begin(), steps.end(), begins));
}

std::string chat_template_of(const Checkpoint& checkpoint, const Side& config) {
  const std::string file = checkpoint.side_file("chat_template.jinja");
  const json& value = config.at("chat_template");
  if (!file.empty() || value.is_null()) return file;
  if (!value.is_array()) return config.text(config.root(), "chat_template");
  for (const json& named : value) {
    if (config.text(named, "name") == "default") return config.text(named, "template");
  }
  return {};
}

void read_vocabulary_file(const Checkpoint& checkpoint, const Side& config, TokenizerData& data) {
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

TokenizerData import_hugging_face(const Checkpoint& checkpoint) {
  const Side side(checkpoint, "tokenizer.json");
  const Side config(checkpoint, "tokenizer_config.json");
  TokenizerData data;
  if (!side) {
    read_vocabulary_file(checkpoint, config, data);
  } else {
    read_tokens(side, data);
    const std::string type = side.text(side.at("model"), "type");
    if (type == "WordPiece") {
      read_word_pieces(side, data);
    } else if (type == "BPE") {
      read_byte_pairs(checkpoint, side, data);
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

}  // namespace

text::TokenizerData import_tokenizer(const Checkpoint& checkpoint) {
  const bool gguf = checkpoint.format() == formats::CheckpointFormat::kGguf;
  TokenizerData data = gguf ? import_gguf(checkpoint) : import_hugging_face(checkpoint);
  if (data.model == text::TokenizerModel::kBytePairs) add_end_tokens(data);
  return data;
}

}  // namespace lectern::compiler
