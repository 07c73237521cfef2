// Regular expressions, as JSON Schema's "pattern" has them (ECMA 262), as a tree.
#pragma once

#include <string_view>
#include <vector>

#include "grammar/characters.h"

namespace lectern::grammar {

struct PatternNode {
  enum class Kind { kCharacters, kSequence, kChoice, kRepetition };
  Kind kind = Kind::kSequence;
  std::vector<CharacterRange> ranges;  // of characters
  std::vector<PatternNode> parts;      // one of a repetition
  int least = 1, most = 1;             // of a repetition; most -1: no end
};

struct PatternSyntax {
  PatternNode node;
  bool from_begin = false, to_end = false;  // ^ and $
};

/// Understood: characters, ".", classes, \d \w \s \D \W \S, escapes, groups, |, * + ? {m,n} (lazy ones too). Throws
/// Error kInvalidArgument for anything else.
PatternSyntax parse_pattern(std::string_view pattern);

}  // namespace lectern::grammar
