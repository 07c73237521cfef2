// The tokenizer in a GGUF file's metadata.
#pragma once

#include "formats/checkpoint.h"
#include "text/tokenizer_data.h"

namespace lectern::compiler {

/// Throws Error kUnsupported, kCorrupt.
text::TokenizerData import_gguf_tokenizer(const formats::Checkpoint& checkpoint);

}  // namespace lectern::compiler
