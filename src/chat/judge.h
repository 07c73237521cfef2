// The model itself as a judge: of which sentence a question is about, and whether passages answer it.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "chat/prompt.h"
#include "lectern/engine.h"

namespace lectern::chat {

/// For each text the mean log probability, in nats a token, that the model gives to `question` after reading it: a
/// model too small to find the answer can still tell which text makes the question likely (query likelihood, Ponte and
/// Croft 1998).
std::vector<double> question_likelihoods(Engine& model, std::span<const std::string> texts, std::string_view question);

struct Judgement {
  double answered = 0;    // probability of "yes" against "no" to whether the passages hold the answer
  double likelihood = 0;  // of the question after the passages: mean log probability, in nats a token
};

/// Asks `prompt.judged`. The keys and values of what it shares with `prompt.tokens` stay in the prefix cache.
/// Incomplete where `stop` was requested.
Judgement judge(Engine& model, const Prompt& prompt, const Phrases& phrases, const std::stop_token& stop);

}  // namespace lectern::chat
