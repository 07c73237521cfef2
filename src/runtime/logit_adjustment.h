// What penalties and biases make of a row of logits.
#pragma once

#include <span>
#include <vector>

#include "lectern/engine.h"

namespace lectern::runtime {

/// Whether `options` ask for any of it.
bool adjusts(const SamplingOptions& options);

/// `logits` with the biases, and less the penalties for the tokens of `answer`, those generated so far. Tokens outside
/// the row are none of it.
std::vector<float> adjusted(std::span<const float> logits, const SamplingOptions& options,
                            std::span<const TokenId> answer);

}  // namespace lectern::runtime
