// What comes next: one token from a row of logits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lectern/engine.h"

namespace lectern::runtime {

/// The token for position `position` of a sequence. A pure function: the random number is made from the seed and the
/// position, so that the choice depends on neither batch nor history. Equal logits are taken in order of their ids.
/// Nothing where the logits are no distribution (NaN, +infinity, all -infinity).
std::optional<TokenId> sample(std::span<const float> logits, const SamplingOptions& options, int position);

}  // namespace lectern::runtime
