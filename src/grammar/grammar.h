// A finished automaton, as the public API names it.
#pragma once

#include "grammar/automaton.h"
#include "lectern/grammar.h"

namespace lectern {

class Grammar {
 public:
  /// `automaton` is finished; its rule 0 is the whole answer.
  explicit Grammar(grammar::Automaton automaton) : automaton_(std::move(automaton)) {}

  const grammar::Automaton& automaton() const { return automaton_; }

 private:
  grammar::Automaton automaton_;
};

}  // namespace lectern
