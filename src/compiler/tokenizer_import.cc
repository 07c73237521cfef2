#include "compiler/tokenizer_import.h"

#include <algorithm>
#include <array>

#include "compiler/gguf_tokenizer.h"
#include "compiler/hugging_face_tokenizer.h"

namespace lectern::compiler {
namespace {

using text::TokenizerData;
using text::TokenType;

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

}  // namespace

TokenizerData import_tokenizer(const formats::Checkpoint& checkpoint) {
  const bool gguf = checkpoint.format() == formats::CheckpointFormat::kGguf;
  TokenizerData data = gguf ? import_gguf_tokenizer(checkpoint) : import_hugging_face_tokenizer(checkpoint);
  if (data.model != text::TokenizerModel::kWordPieces) add_end_tokens(data);
  return data;
}

}  // namespace lectern::compiler
