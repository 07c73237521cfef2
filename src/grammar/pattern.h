// Strings that fit a pattern, into states.
#pragma once

#include <string_view>

#include "grammar/automaton.h"

namespace lectern::grammar {

/// Of a string, in characters; most -1: no end.
struct Lengths {
  int least = 0, most = -1;
};

/// What stands between a string's quotation marks where its text fits `pattern`, which is found anywhere in it unless
/// it begins with ^ and ends with $, and has one of `lengths`. `any_character` is that rule. Returns the state at its
/// end. Throws Error kInvalidArgument where parse_pattern does, and where it becomes too large.
int add_pattern(Automaton& automaton, int from, std::string_view pattern, Lengths lengths, int any_character);

}  // namespace lectern::grammar
