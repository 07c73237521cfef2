// The kinds of tokenizer.json, each with its own way to cut text.
#pragma once

#include "compiler/side_file.h"
#include "text/tokenizer_data.h"

namespace lectern::compiler {

/// Fill in what is read from `side` beside its tokens, which `data` has already. Throw Error kUnsupported (text is cut
/// in another way), kCorrupt.
void read_word_pieces(const SideFile& side, text::TokenizerData& data);
void read_byte_pairs(const SideFile& side, text::TokenizerData& data);
void read_sentence_pieces(const SideFile& side, text::TokenizerData& data);

}  // namespace lectern::compiler
