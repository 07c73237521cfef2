// JSON Schema into rules: https://json-schema.org/draft/2020-12, as far as lectern/grammar.h says.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/json_rules.h"
#include "grammar/schema_merger.h"
#include "grammar/schema_text.h"

namespace lectern::grammar {

class SchemaGrammar {
 public:
  explicit SchemaGrammar(const Schema& root) : root_(root), rules_(automaton_), merger_(root, automaton_.effort()) {}

  Automaton build();

 private:
  using Names = std::set<std::string_view>;

  // Each of these returns the state at its end. `where` is the schema's place, for errors.
  int value(int from, const Schema& schema, const std::string& where);
  int one_value(int from, const Schema& schema, const std::string& where);
  int typed(int from, const Schema& schema, const std::string& type, const std::string& where);
  int object(int from, const Schema& schema, const std::string& where);
  int members(int from, const Schema& schema, const std::string& where);
  int array(int from, const Schema& schema, const std::string& where);
  int items(int from, const Schema& schema, const std::string& where);
  int string(int from, const Schema& schema, const std::string& where);
  int number(int from, const Schema& schema, bool integer, const std::string& where);
  int constants(int from, const Schema& list, const std::string& where);
  int reference(int from, const Schema& schema, const std::string& where);
  int choice(int from, std::size_t count, const std::function<int(std::size_t, int)>& alternative);
  int alternatives(int from, const Schema& schema, const char* name, const std::string& where);

  void refuse_overlaps(const Schema& rest, const Schema& list, const std::string& where);

  int rule_of(const Schema& schema, const std::string& where) {
    return rules_.rule_of([&](int from) { return value(from, schema, where); });
  }
  int other_member(const Schema& properties, int value_rule);
  void other_key(int from, int to, const std::vector<std::string>& taken);

  static void check_names(const Schema& schema, const Names& known, const std::string& where);
  // Where a schema has one type, all that it says has to be about that.
  static void check_names_of_type(const Schema& schema, const Names& known, const std::string& where);
  static int count(const Schema& schema, const char* name, int without, const std::string& where);

  const Schema& root_;
  Automaton automaton_;
  JsonRules rules_;
  SchemaMerger merger_;
  std::map<std::string, int> references_;  // the rules that $refs have by now
  int depth_ = 0;                          // of the value that is being built
};

}  // namespace lectern::grammar
