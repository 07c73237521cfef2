// The decoder that Llama and its descendants share: pre-normalised blocks of rotary attention and a gated feed-forward.
#pragma once

#include "formats/checkpoint.h"
#include "models/registry.h"

namespace lectern::models {

/// What one family does otherwise than the next.
struct DecoderVariant {
  const char* family = "";
  bool gguf_interleaves_heads = false;  // converters to GGUF interleave the two halves of each query and key head
  bool has_qkv_biases = false;          // queries, keys and values must have biases; elsewhere a bias is optional
};

/// Throws Error as build_model does.
Model build_decoder(const formats::Checkpoint& checkpoint, const DecoderVariant& variant);

}  // namespace lectern::models
