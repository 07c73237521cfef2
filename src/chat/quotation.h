// Sentences of passages that stand for themselves: what a small model reads, and what is said where a model fails.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chat/evidence.h"
#include "lectern/engine.h"
#include "lectern/library.h"

namespace lectern::chat {

struct Quotation {
  int number = 0;       // of the passage, from 1
  std::string text;     // one sentence
  std::string excerpt;  // that and what follows it there, for where it stands alone
};

/// The sentence of the passages that answers `question` best, by its words, its meaning and the model's own judgement;
/// none where there are no sentences.
std::vector<Quotation> key_sentences(Engine& model, const Evidence& evidence, std::string_view question);

/// As key_sentences, by words and meaning alone.
std::vector<Quotation> nearest_sentence(const Evidence& evidence);

/// `passages` with nothing but the chosen sentences; a passage without one keeps its number.
std::vector<Passage> condensed(std::span<const Passage> passages, std::span<const Quotation> chosen);

}  // namespace lectern::chat
