// Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on queries, keys and values.
#include "models/decoder.h"

namespace lectern::models {

Model build_qwen2(const formats::Checkpoint& checkpoint) {
  return build_decoder(checkpoint, {.family = "qwen2", .has_qkv_biases = true});
}

}  // namespace lectern::models
