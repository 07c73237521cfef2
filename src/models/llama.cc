// Llama (Touvron et al. 2023) and what is built like it: SmolLM2, Llama 2 and 3, TinyLlama, Mistral
// (with a window where its hyper-parameters have one).
#include "models/decoder.h"

namespace lectern::models {

Model build_llama(const formats::Checkpoint& checkpoint) {
  return build_decoder(checkpoint, {.family = "llama", .gguf_interleaves_heads = true});
}

}  // namespace lectern::models
