#include <algorithm>

#include "grammar/schema_grammar.h"

namespace lectern::grammar {

int SchemaGrammar::array(int from, const Schema& schema, const std::string& where) {
  check_names_of_type(schema, {"type", "items", "prefixItems", "minItems", "maxItems"}, where);
  const int to = automaton_.add_state();
  automaton_.join(items(automaton_.call(automaton_.literal(from, "["), rules_.space()), schema, where), to);
  return to;
}

int SchemaGrammar::items(int from, const Schema& schema, const std::string& where) {
  const int least = count(schema, "minItems", 0, where), most = count(schema, "maxItems", -1, where);
  if (most >= 0 && most < least) refuse(where + ".maxItems", "is below minItems");
  std::vector<int> first_items;
  if (schema.contains("prefixItems")) {
    const Schema& list = schema["prefixItems"];
    if (!list.is_array()) refuse(where + ".prefixItems", "has to be a list of schemas");
    for (std::size_t i = 0; i < list.size(); ++i)
      first_items.push_back(rule_of(list[i], where + ".prefixItems[" + std::to_string(i) + "]"));
  }
  const int item = schema.contains("items") ? rule_of(schema["items"], where + ".items") : rules_.value();
  const int end = automaton_.add_state();
  const int close = automaton_.add_state();  // after an item
  automaton_.join(automaton_.literal(automaton_.call(close, rules_.space()), "]"), end);
  if (least == 0) automaton_.join(automaton_.literal(from, "]"), end);
  const int counted = std::max({least, most, static_cast<int>(first_items.size())});
  int at = from;
  for (int i = 0; most < 0 ? i < counted : i < most; ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (i > 0) at = automaton_.call(automaton_.literal(at, ","), rules_.space());
    at = automaton_.call(at, index < first_items.size() ? first_items[index] : item);
    if (i + 1 >= least) automaton_.join(at, close);
  }
  if (most >= 0) return end;
  const int after = automaton_.add_state();
  const int again = counted == 0 ? at : automaton_.call(automaton_.literal(at, ","), rules_.space());
  automaton_.call(again, after, item);
  automaton_.call(automaton_.call(automaton_.literal(after, ","), rules_.space()), after, item);
  automaton_.join(after, close);
  return end;
}

}  // namespace lectern::grammar
