// BERT's preparation of text.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace lectern::text {

/// Well-formed UTF-8 in: control characters dropped, every space a blank, Chinese characters set apart by blanks; with
/// `lowercase` also accents dropped (NFD without nonspacing marks) and letters in lower case.
std::string normalize_for_bert(std::string_view text, bool lowercase);

/// Calls `word` for each word of normalized text: cut at spaces, each punctuation character a word of its own.
void for_each_bert_word(std::string_view normalized, const std::function<void(std::string_view)>& word);

}  // namespace lectern::text
