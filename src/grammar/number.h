// Numbers between bounds, digit by digit.
#pragma once

#include <optional>

#include "grammar/automaton.h"
#include "grammar/decimal.h"

namespace lectern::grammar {

/// Of either side there may be none. A number has at most 15 digits, or as many as its bounds: a double holds them, and
/// a model that goes on writing digits comes to an end.
struct Bounds {
  std::optional<Decimal> least, most;
  bool above = false, below = false;  // the bound itself is left out
  int multiple_of = 1;                // more than 1: without a fraction
};

/// Returns the state at its end. Throws Error kInvalidArgument where nothing lies between the bounds.
int add_integer(Automaton& automaton, int from, const Bounds& bounds);
/// The same with a fraction, and, where nothing else is asked of it, an exponent.
int add_number(Automaton& automaton, int from, const Bounds& bounds);

}  // namespace lectern::grammar
