// Text as the full-text index sees it.
#pragma once

#include <string>
#include <string_view>

namespace lectern::library {

/// `text` with spaces between the words of scripts that write none (Chinese, Japanese, Thai), so that FTS5's tokenizer
/// finds them. Other text stays as it is.
std::string index_text(std::string_view text);

/// An FTS5 query for passages with any of the words of `question`; empty where it has no word. Whatever the question
/// holds, the query is well-formed.
std::string match_query(std::string_view question);

}  // namespace lectern::library
