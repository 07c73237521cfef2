// A checkpoint's tokenizer, whatever its files call it.
#pragma once

#include "formats/checkpoint.h"
#include "text/tokenizer_data.h"

namespace lectern::compiler {

/// Reads GGUF's tokenizer.ggml.* metadata, or tokenizer.json (else vocab.txt), tokenizer_config.json and
/// chat_template.jinja of a Hugging Face folder. Throws Error kUnsupported (another kind of tokenizer), kCorrupt
/// (missing, of a wrong type or size, ids out of range).
text::TokenizerData import_tokenizer(const formats::Checkpoint& checkpoint);

}  // namespace lectern::compiler
