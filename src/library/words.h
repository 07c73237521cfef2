// Text as the full-text index sees it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::library {

/// `text` with spaces between the words of scripts that write none, so that FTS5's tokenizer finds them; a line's end
/// or a space inside such text is no border. Thai and its like are cut into words by a dictionary. Chinese and Japanese
/// are given as single characters and as pairs of neighbours: a dictionary cuts the same characters now one way, now
/// another, and knows no new words (docs/retrieval.md has figures). Other text stays as it is.
std::string index_text(std::string_view text);

/// The words of `question` that say what is asked, each once, in lower case, as index_text has them (of Chinese the
/// pairs; a character alone only where it stands alone); all its words where none does.
std::vector<std::string> question_words(std::string_view question);

/// An FTS5 query for passages with any of these words; empty where there are none. Whatever they hold, it is
/// well-formed.
std::string match_any(std::span<const std::string> words);

/// How much of `text` is of scripts that write no spaces, from 0 to 1.
double unspaced_share(std::string_view text);

}  // namespace lectern::library
