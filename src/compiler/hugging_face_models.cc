#include "compiler/hugging_face_models.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "compiler/tokenizer_parts.h"

namespace lectern::compiler {

using nlohmann::json;
using text::TokenizerData;

namespace {

// The published expressions by which Qwen 2 and Llama 3 cut text; only the digits differ.
std::string split_expression(std::string_view digits) {
  return fmt::format(
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
      digits);
}

std::string pre_tokenizer_of(const SideFile& side) {
  const json& root = side.at("pre_tokenizer");
  const json& normalizer = side.at("normalizer");
  const json& steps = SideFile::at(root, "pretokenizers");
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
  const std::string expression = side.text(SideFile::at(steps[0], "pattern"), "Regex");
  if (side.text(normalizer, "type") == "NFC" && expression == split_expression(R"(\p{N})")) return "qwen2";
  if (normalizer.is_null() && expression == split_expression(R"(\p{N}{1,3})")) return "llama-bpe";
  return {};
}

void read_merges(const SideFile& side, TokenizerData& data) {
  const json& merges = SideFile::at(side.at("model"), "merges");
  if (!merges.is_array()) side.refuse_here(ErrorCode::kCorrupt, "\"model.merges\" is not an array.");
  for (const json& merge : merges) {
    if (merge.is_string()) {
      data.merges.push_back(split_merge(side.checkpoint(), merge.get<std::string>()));
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      data.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
    } else {
      side.refuse_here(ErrorCode::kCorrupt, fmt::format("a merge is not two tokens: {:.80}", merge.dump()));
    }
  }
}

text::BlankPrefix metaspace_prefix(const SideFile& side, const json& step) {
  const std::string scheme = side.text(step, "prepend_scheme");
  if (scheme == "first") return text::BlankPrefix::kFirst;
  const bool always = scheme.empty() ? side.flag(step, "add_prefix_space", true) : scheme == "always";
  return always ? text::BlankPrefix::kEach : text::BlankPrefix::kNone;
}

// How SentencePiece's tokenizers say where they put blanks: a normalizer that writes them (up to 2023), or a
// pre-tokenizer that does not cut the text. False where it is neither.
bool read_blanks(const SideFile& side, TokenizerData& data) {
  const json& normalizer = side.at("normalizer");
  const json& pre_tokenizer = side.at("pre_tokenizer");
  const auto is_blank = [&](const json& step, std::string_view key) { return side.text(step, key) == "\u2581"; };
  const auto writes_blanks = [&](const json& step) {
    return side.text(step, "type") == "Replace" && side.text(SideFile::at(step, "pattern"), "String") == " " &&
           is_blank(step, "content");
  };
  if (normalizer.is_null() && side.text(pre_tokenizer, "type") == "Metaspace") {
    data.prefix = metaspace_prefix(side, pre_tokenizer);
    data.prefix_unless_blank = true;
    return is_blank(pre_tokenizer, "replacement") && !side.flag(pre_tokenizer, "split", true);
  }
  if (!pre_tokenizer.is_null()) return false;
  if (writes_blanks(normalizer)) return true;
  const json& steps = SideFile::at(normalizer, "normalizers");
  if (side.text(normalizer, "type") != "Sequence" || !steps.is_array() || steps.empty() || steps.size() > 2)
    return false;
  if (!writes_blanks(steps.back())) return false;
  if (steps.size() == 1) return true;
  data.prefix = text::BlankPrefix::kEach;
  return side.text(steps[0], "type") == "Prepend" && is_blank(steps[0], "prepend");
}

}  // namespace

void read_word_pieces(const SideFile& side, TokenizerData& data) {
  const json& normalizer = side.at("normalizer");
  const json& model = side.at("model");
  const bool lowercase = side.flag(normalizer, "lowercase", true);
  const json& limit = SideFile::at(model, "max_input_chars_per_word");
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

void read_byte_pairs(const SideFile& side, TokenizerData& data) {
  data.model = text::TokenizerModel::kBytePairs;
  data.pre_tokenizer = pre_tokenizer_of(side);
  if (data.pre_tokenizer.empty()) {
    side.refuse_here(ErrorCode::kUnsupported,
                     "it cuts text in a way that Lectern does not know (GPT-2, SmolLM, Qwen 2 and Llama 3 are known).");
  }
  read_merges(side, data);
}

void read_sentence_pieces(const SideFile& side, TokenizerData& data) {
  const json& model = side.at("model");
  data.model = text::TokenizerModel::kSentencePieces;
  const bool plain = side.text(model, "continuing_subword_prefix").empty() &&
                     side.text(model, "end_of_word_suffix").empty() && !side.flag(model, "ignore_merges", false);
  if (!plain || !read_blanks(side, data)) {
    side.refuse_here(ErrorCode::kUnsupported,
                     "its pieces are not made in the way of Llama 2 and Mistral, the one that Lectern knows.");
  }
  read_merges(side, data);
  if (data.merges.empty()) side.refuse_here(ErrorCode::kCorrupt, "\"model.merges\" is empty.");
  for (std::size_t id = 0; id < data.tokens.size(); ++id) {
    const std::string& token = data.tokens[id];
    const bool byte = token.size() == 6 && token.starts_with("<0x") && token.ends_with('>');
    if (byte && data.types[id] == text::TokenType::kNormal) data.types[id] = text::TokenType::kByte;
  }
  data.unknown = find_token(data, side.text(model, "unk_token"));
}

}  // namespace lectern::compiler
