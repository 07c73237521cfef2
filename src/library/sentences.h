// Where a text's sentences and words are, by Unicode's rules.
#pragma once

#include <string_view>
#include <vector>

#include "lectern/library.h"

namespace lectern::library {

/// The sentences of text[within], without the white space around them: line feeds end one too.
std::vector<Span> sentences(std::string_view text, Span within);

/// Pieces of text[within] between which a long sentence may be cut: words with the punctuation after them, or the words
/// that a dictionary finds where a script writes no spaces. Together they hold all but white space.
std::vector<Span> words(std::string_view text, Span within);

/// text[span] without white space at its ends.
Span trimmed(std::string_view text, Span span);

}  // namespace lectern::library
