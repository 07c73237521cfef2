// The angles of rotary embeddings (Su et al. 2021), with the scaling that stretches a model's context.
#pragma once

#include <vector>

#include "formats/checkpoint.h"
#include "models/decoder_config.h"

namespace lectern::models {

struct RopeFrequencies {
  std::vector<float> values;   // [rotated / 2], radians a position
  float attention_factor = 1;  // on cosines and sines
};

/// Linear scaling, Llama 3's, YaRN (Peng et al. 2023), or none. Throws Error kUnsupported for another, kCorrupt for
/// values that make no sense.
RopeFrequencies rope_frequencies(const formats::Checkpoint& checkpoint, const DecoderConfig& config);

}  // namespace lectern::models
