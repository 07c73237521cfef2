// The model itself as a judge: of which sentence a question is about, and whether an excerpt answers it.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "chat/evidence.h"
#include "chat/language.h"
#include "lectern/engine.h"

namespace lectern::chat {

/// For each text the mean log probability, in nats a token, that the model gives to `question` after reading it: a
/// model too small to find the answer can still tell which text makes the question likely (query likelihood, Ponte and
/// Croft 1998).
std::vector<double> question_likelihoods(Engine& model, std::span<const std::string> texts, std::string_view question);

/// Of Qwen2.5-1.5B's "yes": most excerpts that get this answer the question.
inline constexpr double kSurelyAnswered = 0.6;

/// For each of `candidates` the probability of "yes" against "no" to whether its excerpt answers `question`: a model
/// that answers as fluently from a text that does not tell still knows this. In portions, best candidates first, until
/// one surely does: what is not read then is not in the result. Incomplete where `stop` was requested.
std::vector<double> judged(Engine& model, const Phrases& phrases, std::string_view question,
                           std::span<const Candidate> candidates, const std::stop_token& stop);

}  // namespace lectern::chat
