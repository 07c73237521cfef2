// The rules of JSON that every grammar of it shares.
#pragma once

#include <functional>
#include <string_view>

#include "grammar/automaton.h"

namespace lectern::grammar {

/// Built into an automaton as they are first asked for.
class JsonRules {
 public:
  explicit JsonRules(Automaton& automaton) : automaton_(automaton) {}

  /// Nothing, a space, or a line break and its indentation: bounded, so that no model fills an answer with it.
  int space() { return once(space_, &JsonRules::make_space); }
  int character() { return once(character_, &JsonRules::make_character); }  // any one of a string
  int string() { return once(string_, &JsonRules::make_string); }
  int number() { return once(number_, &JsonRules::make_number); }
  int integer() { return once(integer_, &JsonRules::make_integer); }
  int value() { return once(value_, &JsonRules::make_value); }  // any
  int object() { return once(object_, &JsonRules::make_object); }
  int array() { return once(array_, &JsonRules::make_array); }

  /// `:` after a key, with the value of that rule.
  int colon_and(int from, int value_rule);
  /// Adds a rule for each body(from), which returns its end.
  int rule_of(const std::function<int(int)>& body);

 private:
  int once(int& rule, void (JsonRules::*make)(int rule));
  void make_space(int rule);
  void make_character(int rule);
  void make_string(int rule);
  void make_number(int rule);
  void make_integer(int rule);
  void make_value(int rule);
  void make_object(int rule);
  void make_array(int rule);
  int list(int from, char open, char close, int item_rule);

  Automaton& automaton_;
  int space_ = -1, character_ = -1, string_ = -1, number_ = -1, integer_ = -1, value_ = -1, object_ = -1, array_ = -1;
};

}  // namespace lectern::grammar
