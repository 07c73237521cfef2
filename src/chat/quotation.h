// Sentences of passages that stand for themselves: what a small model reads, and what is said where a model fails.
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "chat/evidence.h"
#include "chat/language.h"
#include "lectern/engine.h"
#include "lectern/library.h"

namespace lectern::chat {

struct Quotation {
  int number = 0;               // of the passage, from 1
  std::string text;             // one sentence
  std::string excerpt;          // that and what follows it there, for where it stands alone
  std::string_view place = {};  // of the excerpt in its passage
};

/// The sentence of the passages that answers `question` best, by its words, its meaning and the model's own judgement;
/// none where there are no sentences.
std::vector<Quotation> key_sentences(Engine& model, const Evidence& evidence, std::string_view question);

struct Finding {
  double answered = 0;  // the model's "yes" to whether the quotation answers the question
  Quotation quotation;
};

/// The excerpt of which the model says most surely that it answers `question`; none where there are no sentences.
std::optional<Finding> likeliest_answer(Engine& model, const Phrases& phrases, const Evidence& evidence,
                                        std::string_view question, const std::stop_token& stop);

/// `passages` with nothing but the chosen sentences; a passage without one keeps its number.
std::vector<Passage> condensed(std::span<const Passage> passages, std::span<const Quotation> chosen);

}  // namespace lectern::chat
