// How likely the model held a token to be.
#pragma once

#include <span>

#include "lectern/engine.h"

namespace lectern::runtime {

/// Of `chosen` and the `top` likeliest tokens, equal ones in order of their ids. `logits` are a distribution, and hold
/// `chosen`.
TokenLogprobs logprobs(std::span<const float> logits, TokenId chosen, int top);

}  // namespace lectern::runtime
