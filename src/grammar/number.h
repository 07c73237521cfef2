// Numbers between bounds, digit by digit.
#pragma once

#include <cstdint>
#include <optional>

#include "grammar/automaton.h"

namespace lectern::grammar {

/// Of either side there may be none. Integers have at most 15 digits: a double holds them, and a model that goes on
/// writing digits comes to an end.
struct Bounds {
  std::optional<double> least, most;
  bool above = false, below = false;  // the bound itself is left out
};

/// Returns the state at its end. Throws Error kInvalidArgument where nothing lies between the bounds.
int add_integer(Automaton& automaton, int from, const Bounds& bounds);
/// The same with a fraction, and, where there are no bounds, an exponent. Between bounds a number is an integer, or has
/// a fraction that keeps to them whatever its digits are.
int add_number(Automaton& automaton, int from, const Bounds& bounds);

}  // namespace lectern::grammar
