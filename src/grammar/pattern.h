// Regular expressions, as JSON Schema's "pattern" has them (ECMA 262), into states.
#pragma once

#include <string_view>

#include "grammar/automaton.h"

namespace lectern::grammar {

/// What stands between a string's quotation marks where its text fits `pattern`, which is found anywhere in it unless
/// it begins with ^ and ends with $. `any_character` is that rule. Returns the state at its end. Understood:
/// characters, ".", classes, \d \w \s \D \W \S, escapes, groups, |, * + ? {m,n} (lazy ones too). Throws Error
/// kInvalidArgument for anything else.
int add_pattern(Automaton& automaton, int from, std::string_view pattern, int any_character);

}  // namespace lectern::grammar
