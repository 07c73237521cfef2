// A SentencePiece tokenizer with Mistral's turns, small enough to reason about.
#pragma once

#include <memory>
#include <utility>

#include "text/small_tokenizers.h"

namespace lectern::test {

/// Its template takes no system message, and writes blanks before questions and answers.
inline std::unique_ptr<Tokenizer> mistral_like(text::BlankPrefix prefix) {
  text::TokenizerData data = text::small_sentence_pieces();
  for (const char* turn : {"[INST]", "[/INST]"}) {
    data.tokens.emplace_back(turn);
    data.types.push_back(text::TokenType::kControl);
    data.scores.push_back(0);
  }
  data.prefix = prefix;
  data.add_bos = true;
  data.chat_template =
      "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ '[INST] ' + m.content + '[/INST]' }}"
      "{% elif m.role == 'assistant' %}{{ ' ' + m.content + eos_token }}"
      "{% else %}{{ raise_exception('No system role.') }}{% endif %}{% endfor %}";
  return text::make_tokenizer(std::move(data));
}

}  // namespace lectern::test
