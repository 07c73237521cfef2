// Where sentences end (Unicode Standard Annex 29 through ICU, mended for abbreviations and wrapped lines).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace lectern::chat {

/// The sentences of a document's text, without the white space around them. A line break inside a paragraph is a space;
/// an empty line, a list item or a table row ends a sentence.
std::vector<std::string_view> sentences(std::string_view text);

/// The bytes of the first sentence of `text`, its trailing white space included, once what follows shows that it has
/// ended; nothing while more text could still continue it. Every line break ends a sentence here.
std::optional<std::size_t> first_sentence_end(std::string_view text);

}  // namespace lectern::chat
