#include <fmt/format.h>

#include <set>

#include "grammar/schema_grammar.h"

namespace lectern::grammar {
namespace {

constexpr std::size_t kLongestName = 1000;

// Bytes of the first character, or escape, of a string as JSON writes it.
std::size_t first_character(std::string_view text) {
  if (text.front() == '\\') return text[1] == 'u' ? 6 : 2;
  const auto lead = static_cast<unsigned char>(text.front());
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

// The names that have to be there. Of those that `properties` does not have, anything will do.
std::set<std::string> required_members(const Schema& schema, Schema& properties, const std::string& where) {
  std::set<std::string> required;
  if (!schema.contains("required")) return required;
  if (!schema["required"].is_array()) refuse(where + ".required", "has to be a list of names");
  const bool closed = schema.contains("additionalProperties") && schema["additionalProperties"] == false;
  for (const Schema& name : schema["required"]) {
    if (!name.is_string()) refuse(where + ".required", "has to be a list of names");
    if (!properties.contains(name.get<std::string>())) {
      if (closed) refuse(where + ".required", "names a property that additionalProperties forbids");
      properties[name.get<std::string>()] = schema.value("additionalProperties", Schema(true));
    }
    required.insert(name.get<std::string>());
  }
  return required;
}

}  // namespace

int SchemaGrammar::object(int from, const Schema& schema, const std::string& where) {
  check_names_of_type(schema, {"type", "properties", "required", "additionalProperties"}, where);
  const bool any = !schema.contains("properties") && !schema.contains("required") &&
                   (!schema.contains("additionalProperties") || schema["additionalProperties"] == true);
  if (any) return automaton_.call(from, rules_.object());
  return members(from, schema, where);
}

int SchemaGrammar::members(int from, const Schema& schema, const std::string& where) {
  Schema properties = schema.value("properties", Schema::object());
  if (!properties.is_object()) refuse(where + ".properties", "has to be an object");
  const auto required = required_members(schema, properties, where);
  // `first` is where no member was written yet, `more` where one was. Each may be unreachable.
  int first = automaton_.call(automaton_.literal(from, "{"), rules_.space());
  int more = automaton_.add_state();
  const auto comma = [&](int at) { return automaton_.call(automaton_.literal(at, ","), rules_.space()); };
  for (const auto& [name, property] : properties.items()) {
    const int member = rules_.rule_of([&, &key = name, &of = property](int at) {
      const int rule = rule_of(of, fmt::format("{}.properties.{}", where, key));
      return rules_.colon_and(automaton_.literal(at, Schema(key).dump()), rule);
    });
    const int next_first = automaton_.add_state(), next_more = automaton_.add_state();
    automaton_.call(first, next_more, member);
    automaton_.call(comma(more), next_more, member);
    if (!required.contains(name)) {
      automaton_.join(first, next_first);
      automaton_.join(more, next_more);
    }
    first = next_first;
    more = next_more;
  }
  if (schema.contains("additionalProperties") && schema["additionalProperties"] != false) {
    const int rule = rule_of(schema["additionalProperties"], where + ".additionalProperties");
    const int member = other_member(properties, rule);
    automaton_.call(first, more, member);
    automaton_.call(comma(more), more, member);
  }
  const int end = automaton_.literal(first, "}");
  automaton_.join(automaton_.literal(automaton_.call(more, rules_.space()), "}"), end);
  return end;
}

int SchemaGrammar::other_member(const Schema& properties, int value_rule) {
  std::vector<std::string> taken;
  for (const auto& [name, property] : properties.items()) {
    taken.push_back(Schema(name).dump().substr(1));
    if (name.size() > kLongestName) refuse("schema.properties", "a name is longer than 1,000 bytes");
  }
  return rules_.rule_of([&](int from) {
    const int end = automaton_.add_state();
    other_key(automaton_.literal(from, "\""), end, taken);
    return rules_.colon_and(end, value_rule);
  });
}

// The rest of a key that is none of `taken`, to its quotation mark. Where it still agrees with one of them it goes on
// with a letter of ASCII.
void SchemaGrammar::other_key(int from, int to, const std::vector<std::string>& taken) {
  std::map<std::string, std::vector<std::string>> by_first;
  for (const auto& rest : taken) {
    const std::size_t size = first_character(rest);
    by_first[rest.substr(0, size)].push_back(rest.substr(size));
  }
  if (by_first.empty()) {
    automaton_.call(from, from, rules_.character());
    automaton_.edge(from, to, '"', '"');
    return;
  }
  const int free = automaton_.add_state();
  other_key(free, to, {});
  for (int c = 0x20; c < 0x7f; ++c) {
    if (c == '"' || c == '\\' || by_first.contains(std::string(1, static_cast<char>(c)))) continue;
    automaton_.edge(from, free, static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(c));
  }
  if (!by_first.contains("\"")) automaton_.edge(from, to, '"', '"');
  for (const auto& [character, rests] : by_first) {
    if (character != "\"") other_key(automaton_.literal(from, character), to, rests);
  }
}

}  // namespace lectern::grammar
