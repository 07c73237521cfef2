// The prompt, within a budget of tokens.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chat/history.h"
#include "chat/language.h"
#include "chat/slot.h"
#include "lectern/library.h"
#include "lectern/tokenizer.h"

namespace lectern::chat {

struct Prompt {
  std::vector<TokenId> tokens;
  std::size_t passages_begin = 0, passages_end = 0;  // where their text stands in `tokens`
  std::vector<Passage> passages;                     // those that fit, in their order; passage i is numbered i + 1
};

/// Instructions and question are always whole. Passages come in as long as they fit, best first, the last one cut at
/// the end of a sentence; then earlier turns, newest first, as far as room remains. The instructions stand first, so
/// that prompts share their beginning in the prefix cache. Only the template makes special tokens: text of documents
/// and people never does.
class PromptBuilder {
 public:
  /// Throws Error kTooLong where `budget` tokens do not hold the instructions, the question and a little of a passage.
  /// The tokenizer must outlive it.
  PromptBuilder(const Tokenizer& tokenizer, const Phrases& phrases, std::string_view question, int budget);

  Prompt build(std::span<const Passage> passages, std::span<const Turn> history) const;

 private:
  using Tokens = std::vector<TokenId>;

  /// What the template writes around the texts of a prompt.
  struct Frame {
    std::vector<Tokens> parts;              // [texts + 1]
    std::vector<SlotBeginning> beginnings;  // [texts]
  };

  Tokens encode(std::string_view text, const SlotBeginning& beginning) const;
  Tokens encode(std::string_view text) const;  // more of a text
  Frame frame(std::size_t turns) const;
  std::vector<Tokens> encode_turns(std::span<const Turn* const> turns, const Frame& frame) const;
  Tokens with_passages(std::span<const Passage> passages, std::size_t room, std::vector<Passage>& used) const;
  Tokens cut_to_fit(std::string_view head, std::string_view text, std::size_t room) const;
  std::string passage_head(const Passage& passage, std::size_t number) const;

  const Tokenizer& tokenizer_;
  Phrases phrases_;
  SlotBeginning asks_;  // how the question, or what stands above it, begins
  Tokens instructions_;
  Tokens question_, headed_question_;  // the second goes below passages
  std::size_t budget_ = 0;
};

}  // namespace lectern::chat
