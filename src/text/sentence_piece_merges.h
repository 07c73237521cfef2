// Which neighbouring pieces of a SentencePiece vocabulary merge, and which first.
#pragma once

#include <span>
#include <string>

#include "text/merge_table.h"
#include "text/token_index.h"
#include "text/tokenizer_data.h"

namespace lectern::text {

/// Two pieces merge wherever their texts together are a piece, the one of the highest score first. `texts` are the
/// tokens' texts, [tokens], `pieces` those that text is made of. Throws Error kCorrupt (scores missing or no numbers),
/// kUnsupported (a piece too long to be one).
MergeTable merges_by_score(const TokenizerData& data, std::span<const std::string> texts, const TokenIndex& pieces);

/// The listed merges, in their order; those that make a special token are left out. Throws Error kCorrupt (a merge of
/// no token).
MergeTable merges_by_rank(const TokenizerData& data, const TokenIndex& pieces);

/// A token's text: "▁" is a blank.
std::string with_blanks(std::string_view token);

}  // namespace lectern::text
