// The tokenizer in the files of a Hugging Face folder.
#pragma once

#include "formats/checkpoint.h"
#include "text/tokenizer_data.h"

namespace lectern::compiler {

/// Throws Error kUnsupported, kCorrupt.
text::TokenizerData import_hugging_face_tokenizer(const formats::Checkpoint& checkpoint);

}  // namespace lectern::compiler
