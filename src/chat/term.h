// The words of a text that carry its meaning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lectern::chat {

/// In order, repeats included: lower case, without endings such as plurals, without words that every text has ("the",
/// "what"). Chinese, which writes no spaces, gives pairs of neighbouring characters.
std::vector<std::string> terms(std::string_view text);

/// The same, sorted and without repeats.
std::vector<std::string> term_set(std::string_view text);

bool is_number(std::string_view term);

}  // namespace lectern::chat
