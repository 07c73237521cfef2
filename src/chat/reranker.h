// The model itself as a judge of which sentence a question is about.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/engine.h"

namespace lectern::chat {

/// For each text the mean log probability, in nats a token, that the model gives to `question` after reading it: a
/// model too small to find the answer can still tell which text makes the question likely (query likelihood, Ponte and
/// Croft 1998).
std::vector<double> question_likelihoods(Engine& model, std::span<const std::string> texts, std::string_view question);

}  // namespace lectern::chat
