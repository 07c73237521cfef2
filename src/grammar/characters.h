// Characters as the bytes of a JSON string: UTF-8, with escapes where JSON wants them.
#pragma once

#include <cstdint>
#include <vector>

#include "grammar/automaton.h"

namespace lectern::grammar {

inline constexpr char32_t kLastCharacter = 0x10ffff;

struct CharacterRange {
  char32_t first, last;
};

/// One character of any of `ranges`, from `from` to `to`. Surrogates are left out. A quotation mark, a backslash and
/// control characters come as escapes.
void add_characters(Automaton& automaton, int from, int to, const std::vector<CharacterRange>& ranges);

/// Makes `rule`: any one character, written plainly or as an escape.
void make_any_character(Automaton& automaton, int rule);

}  // namespace lectern::grammar
