#include "grammar/json_rules.h"

#include <string>

#include "grammar/characters.h"
#include "grammar/number.h"

namespace lectern::grammar {
namespace {

constexpr int kMostSpaces = 24, kMostTabs = 8;  // of an indentation

}  // namespace

int JsonRules::once(int& rule, void (JsonRules::*make)(int rule)) {
  if (rule >= 0) return rule;
  rule = automaton_.add_rule();  // known before it is made: values hold values
  (this->*make)(rule);
  return rule;
}

int JsonRules::rule_of(const std::function<int(int)>& body) {
  const int rule = automaton_.add_rule();
  automaton_.accept(body(automaton_.start(rule)));
  return rule;
}

void JsonRules::make_space(int rule) {
  const int start = automaton_.start(rule);
  automaton_.accept(start);
  automaton_.accept(automaton_.literal(start, " "));
  const int line = automaton_.literal(start, "\n");
  automaton_.accept(line);
  for (const auto& [byte, most] : {std::pair{' ', kMostSpaces}, std::pair{'\t', kMostTabs}}) {
    int at = line;
    for (int i = 0; i < most; ++i) automaton_.accept(at = automaton_.literal(at, std::string(1, byte)));
  }
}

void JsonRules::make_character(int rule) { make_any_character(automaton_, rule); }

void JsonRules::make_string(int rule) {
  const int body = automaton_.literal(automaton_.start(rule), "\"");
  automaton_.call(body, body, character());
  automaton_.accept(automaton_.literal(body, "\""));
}

void JsonRules::make_number(int rule) { automaton_.accept(add_number(automaton_, automaton_.start(rule), {})); }

void JsonRules::make_integer(int rule) { automaton_.accept(add_integer(automaton_, automaton_.start(rule), {})); }

void JsonRules::make_value(int rule) {
  const int start = automaton_.start(rule), end = automaton_.add_state();
  automaton_.accept(end);
  for (const int kind : {object(), array(), string(), number()}) automaton_.call(start, end, kind);
  for (const char* word : {"true", "false", "null"}) automaton_.join(automaton_.literal(start, word), end);
}

int JsonRules::colon_and(int from, int value_rule) {
  const int colon = automaton_.literal(from, ":"), value = automaton_.add_state();
  automaton_.join(colon, value);
  automaton_.edge(colon, value, ' ', ' ');
  return automaton_.call(value, value_rule);
}

int JsonRules::list(int from, char open, char close, int item_rule) {
  const int first = automaton_.call(automaton_.literal(from, std::string(1, open)), space());
  const int end = automaton_.add_state(), after = automaton_.call(first, item_rule);
  automaton_.call(automaton_.call(automaton_.literal(after, ","), space()), after, item_rule);
  const std::string closing(1, close);
  automaton_.join(automaton_.literal(first, closing), end);
  automaton_.join(automaton_.literal(automaton_.call(after, space()), closing), end);
  return end;
}

void JsonRules::make_object(int rule) {
  const int member = rule_of([&](int from) { return colon_and(automaton_.call(from, string()), value()); });
  automaton_.accept(list(automaton_.start(rule), '{', '}', member));
}

void JsonRules::make_array(int rule) { automaton_.accept(list(automaton_.start(rule), '[', ']', value())); }

}  // namespace lectern::grammar
