// JSON Schema into rules: https://json-schema.org/draft/2020-12, as far as lectern/grammar.h says.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "grammar/grammar.h"
#include "grammar/json_rules.h"
#include "grammar/number.h"
#include "grammar/pattern.h"
#include "grammar/schema_text.h"

namespace lectern::grammar {
namespace {

using Names = std::set<std::string_view>;

constexpr int kDeepest = 300;
constexpr std::size_t kLongestName = 1000;

// What says nothing of a value's form.
const Names kReadOver = {"title",    "description", "default",  "examples",  "example", "$schema",     "$id",
                         "$comment", "deprecated",  "readOnly", "writeOnly", "$defs",   "definitions", "discriminator"};

// What says something of values of some type: beside a list of types each of these takes what is about it.
const Names kOfSomeType = {"type",      "properties",  "required",         "additionalProperties",
                           "items",     "prefixItems", "minItems",         "maxItems",
                           "minLength", "maxLength",   "pattern",          "format",
                           "minimum",   "maximum",     "exclusiveMinimum", "exclusiveMaximum"};

const std::map<std::string_view, std::string_view> kFormats = {
    {"date",
     "^[12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
     "02-(0[1-9]|1[0-9]|2[0-8]))$"},
    {"time", "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"},
    {"date-time",
     "^[12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
     "02-(0[1-9]|1[0-9]|2[0-8]))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?"
     "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"},
    {"uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"},
    {"email", "^[A-Za-z0-9]+([._+-][A-Za-z0-9]+){0,4}@[A-Za-z0-9]+(-[A-Za-z0-9]+){0,4}(\\.[A-Za-z]{2,10}){1,3}$"},
    {"ipv4", "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$"}};

// Bytes of the first character, or escape, of a string as JSON writes it.
std::size_t first_character(std::string_view text) {
  if (text.front() == '\\') return text[1] == 'u' ? 6 : 2;
  const auto lead = static_cast<unsigned char>(text.front());
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

class SchemaGrammar {
 public:
  explicit SchemaGrammar(const Schema& root) : root_(root), rules_(automaton_) {}

  Automaton build() {
    const int rule = automaton_.add_rule();
    references_["#"] = rule;
    automaton_.accept(value(automaton_.start(rule), root_, "schema"));
    automaton_.finish();
    return std::move(automaton_);
  }

 private:
  // Each of these returns the state at its end.
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
  int alternatives(int from, const Schema& list, const std::string& where);

  int rule_of(const Schema& schema, const std::string& where) {
    return rules_.rule_of([&](int from) { return value(from, schema, where); });
  }
  int other_member(const Schema& properties, int value_rule);
  void other_key(int from, int to, const std::vector<std::string>& taken);

  static void check_names(const Schema& schema, const Names& known, const std::string& where);
  static Schema of_types(const Schema& schema, const Schema& constants);
  static int count(const Schema& schema, const char* name, int without, const std::string& where);

  const Schema& root_;
  Automaton automaton_;
  JsonRules rules_;
  std::map<std::string, int> references_;  // the rules that $refs have by now
  int depth_ = 0;                          // of the value that is being built
};

void SchemaGrammar::check_names(const Schema& schema, const Names& known, const std::string& where) {
  for (const auto& [name, value] : schema.items()) {
    if (!known.contains(name) && !kReadOver.contains(name)) refuse(where + "." + name, "is not supported here");
  }
}

int SchemaGrammar::count(const Schema& schema, const char* name, int without, const std::string& where) {
  const auto found = schema.find(name);
  if (found == schema.end()) return without;
  if (!found->is_number_integer() || *found < 0 || *found > Automaton::kMostStates)
    refuse(where + "." + name, "has to be a whole number from 0 to 50000");
  return found->get<int>();
}

int SchemaGrammar::choice(int from, std::size_t count, const std::function<int(std::size_t, int)>& alternative) {
  const int to = automaton_.add_state();
  for (std::size_t i = 0; i < count; ++i) {
    const int begin = automaton_.add_state();
    automaton_.join(from, begin);
    automaton_.join(alternative(i, begin), to);
  }
  return to;
}

int SchemaGrammar::value(int from, const Schema& schema, const std::string& where) {
  if (++depth_ > kDeepest) refuse(where, "its parts and $refs are nested too deeply");
  const int to = one_value(from, schema, where);
  --depth_;
  return to;
}

int SchemaGrammar::one_value(int from, const Schema& schema, const std::string& where) {
  if (schema.is_boolean() && schema.get<bool>()) return automaton_.call(from, rules_.value());
  if (schema.is_boolean()) return automaton_.add_state();  // nothing fits it, and nothing leads there
  if (!schema.is_object()) refuse(where, "has to be an object, true or false");
  if (schema.contains("$ref")) return reference(from, schema, where);
  if (schema.contains("allOf")) return value(from, merge_all_of(root_, schema, where), where);
  if (schema.contains("const")) {
    check_names(schema, {"const", "type"}, where);
    return constants(from, of_types(schema, Schema::array({schema["const"]})), where + ".const");
  }
  if (schema.contains("enum")) {
    check_names(schema, {"enum", "type"}, where);
    return constants(from, of_types(schema, schema["enum"]), where + ".enum");
  }
  for (const char* name : {"anyOf", "oneOf"}) {
    if (!schema.contains(name)) continue;
    check_names(schema, {name}, where);
    return alternatives(from, schema[name], where + "." + name);
  }
  if (!schema.contains("type")) {
    if (schema.contains("properties")) return object(from, schema, where);
    if (schema.contains("items") || schema.contains("prefixItems")) return array(from, schema, where);
    check_names(schema, {}, where);
    return automaton_.call(from, rules_.value());
  }
  const Schema& type = schema["type"];
  if (type.is_string()) return typed(from, schema, type.get<std::string>(), where);
  if (!type.is_array() || type.empty()) refuse(where + ".type", "has to be a type, or a list of them");
  check_names(schema, kOfSomeType, where);
  return choice(from, type.size(), [&](std::size_t i, int begin) {
    if (!type[i].is_string()) refuse(where + ".type", "has to be a type, or a list of them");
    return typed(begin, schema, type[i].get<std::string>(), where);
  });
}

int SchemaGrammar::typed(int from, const Schema& schema, const std::string& type, const std::string& where) {
  if (type == "object") return object(from, schema, where);
  if (type == "array") return array(from, schema, where);
  if (type == "string") return string(from, schema, where);
  if (type == "number" || type == "integer") return number(from, schema, type == "integer", where);
  if (schema["type"].is_string()) check_names(schema, {"type"}, where);
  if (type == "null") return automaton_.literal(from, "null");
  if (type != "boolean")
    refuse(where + ".type",
           "\"" + type + "\" is no type: object, array, string, number, integer, boolean and null are");
  return choice(from, 2,
                [&](std::size_t i, int begin) { return automaton_.literal(begin, i == 0 ? "true" : "false"); });
}

int SchemaGrammar::alternatives(int from, const Schema& list, const std::string& where) {
  if (!list.is_array() || list.empty()) refuse(where, "has to be a list of schemas");
  if (where.ends_with("oneOf")) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (!exclude_one_another(root_, list[k], list[i]))
          refuse(where,
                 "two of its alternatives may fit at once, which oneOf forbids: use anyOf, or a required "
                 "property with another const in each");
      }
    }
  }
  return choice(from, list.size(),
                [&](std::size_t i, int begin) { return value(begin, list[i], where + "[" + std::to_string(i) + "]"); });
}

// Those of `constants` that have one of the types that `schema` names.
Schema SchemaGrammar::of_types(const Schema& schema, const Schema& constants) {
  if (!schema.contains("type") || !constants.is_array()) return constants;
  const Schema types = schema["type"].is_array() ? schema["type"] : Schema::array({schema["type"]});
  const auto has = [&](const char* type) { return std::find(types.begin(), types.end(), type) != types.end(); };
  Schema fitting = Schema::array();
  for (const Schema& one : constants) {
    const bool whole = one.is_number() && one.get<double>() == std::floor(one.get<double>());
    if ((one.is_string() && has("string")) || (one.is_boolean() && has("boolean")) || (one.is_null() && has("null")) ||
        (one.is_object() && has("object")) || (one.is_array() && has("array")) || (one.is_number() && has("number")) ||
        (whole && has("integer")))
      fitting.push_back(one);
  }
  return fitting;
}

int SchemaGrammar::constants(int from, const Schema& list, const std::string& where) {
  if (!list.is_array() || list.empty()) refuse(where, "has to have values of the type that is asked for");
  return choice(from, list.size(), [&](std::size_t i, int begin) { return automaton_.literal(begin, list[i].dump()); });
}

int SchemaGrammar::reference(int from, const Schema& schema, const std::string& where) {
  check_names(schema, {"$ref"}, where);
  if (!schema["$ref"].is_string()) refuse(where + ".$ref", "has to be a string");
  const auto name = schema["$ref"].get<std::string>();
  const auto known = references_.find(name);
  if (known != references_.end()) return automaton_.call(from, known->second);
  const Schema& target = resolve(root_, name, where + ".$ref");
  const int rule = automaton_.add_rule();
  references_[name] = rule;  // before it is built: it may name itself
  automaton_.accept(value(automaton_.start(rule), target, name));
  return automaton_.call(from, rule);
}

int SchemaGrammar::object(int from, const Schema& schema, const std::string& where) {
  if (schema.contains("type") && schema["type"].is_string())
    check_names(schema, {"type", "properties", "required", "additionalProperties"}, where);
  const bool any = !schema.contains("properties") && !schema.contains("required") &&
                   (!schema.contains("additionalProperties") || schema["additionalProperties"] == true);
  if (any) return automaton_.call(from, rules_.object());
  return members(from, schema, where);
}

int SchemaGrammar::members(int from, const Schema& schema, const std::string& where) {
  const Schema none = Schema::object();
  const Schema& properties = schema.contains("properties") ? schema["properties"] : none;
  if (!properties.is_object()) refuse(where + ".properties", "has to be an object");
  std::set<std::string> required;
  if (schema.contains("required")) {
    if (!schema["required"].is_array()) refuse(where + ".required", "has to be a list of names");
    for (const Schema& name : schema["required"]) {
      if (!name.is_string() || !properties.contains(name.get<std::string>()))
        refuse(where + ".required", "has to name properties that are there");
      required.insert(name.get<std::string>());
    }
  }
  // `first` is where no member was written yet, `more` where one was. Each may be unreachable.
  int first = automaton_.call(automaton_.literal(from, "{"), rules_.space());
  int more = automaton_.add_state();
  const auto comma = [&](int at) { return automaton_.call(automaton_.literal(at, ","), rules_.space()); };
  for (const auto& [name, property] : properties.items()) {
    const int member = rules_.rule_of([&](int at) {
      const int rule = rule_of(property, where + ".properties." + name);
      return rules_.colon_and(automaton_.literal(at, Schema(name).dump()), rule);
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

int SchemaGrammar::array(int from, const Schema& schema, const std::string& where) {
  if (schema.contains("type") && schema["type"].is_string())
    check_names(schema, {"type", "items", "prefixItems", "minItems", "maxItems"}, where);
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

int SchemaGrammar::string(int from, const Schema& schema, const std::string& where) {
  if (schema["type"].is_string()) check_names(schema, {"type", "minLength", "maxLength", "pattern", "format"}, where);
  const bool counted = schema.contains("minLength") || schema.contains("maxLength");
  const bool patterned = schema.contains("pattern") || schema.contains("format");
  if (!counted && !patterned) return automaton_.call(from, rules_.string());
  if (counted + schema.contains("pattern") + schema.contains("format") > 1)
    refuse(where, "only one of pattern, format and lengths is supported at a time");
  int at = automaton_.literal(from, "\"");
  if (patterned) {
    const char* name = schema.contains("pattern") ? "pattern" : "format";
    if (!schema[name].is_string()) refuse(where + "." + name, "has to be a string");
    auto pattern = schema[name].get<std::string>();
    if (schema.contains("format")) {
      const auto known = kFormats.find(pattern);
      if (known == kFormats.end())
        refuse(where + ".format",
               "\"" + pattern + "\" is not supported: date, time, date-time, uuid, email and ipv4 are");
      pattern = known->second;
    }
    try {
      return automaton_.literal(add_pattern(automaton_, at, pattern, rules_.character()), "\"");
    } catch (const Error& error) {
      refuse(where, error.what());
    }
  }
  const int least = count(schema, "minLength", 0, where), most = count(schema, "maxLength", -1, where);
  if (most >= 0 && most < least) refuse(where + ".maxLength", "is below minLength");
  for (int i = 0; i < least; ++i) at = automaton_.call(at, rules_.character());
  const int end = automaton_.add_state();
  automaton_.edge(at, end, '"', '"');
  for (int i = least; i < most; ++i) {
    at = automaton_.call(at, rules_.character());
    automaton_.edge(at, end, '"', '"');
  }
  if (most < 0) automaton_.call(at, at, rules_.character());
  return end;
}

int SchemaGrammar::number(int from, const Schema& schema, bool integer, const std::string& where) {
  if (schema["type"].is_string())
    check_names(schema, {"type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}, where);
  Bounds bounds;
  const auto read = [&](const char* name, std::optional<double>& bound, bool& excluded, bool excludes) {
    const auto found = schema.find(name);
    if (found == schema.end()) return;
    if (!found->is_number()) refuse(where + "." + name, "has to be a number");
    if (bound) refuse(where + "." + name, "stands beside another bound of that side");
    bound = found->get<double>();
    excluded = excludes;
  };
  read("minimum", bounds.least, bounds.above, false);
  read("exclusiveMinimum", bounds.least, bounds.above, true);
  read("maximum", bounds.most, bounds.below, false);
  read("exclusiveMaximum", bounds.most, bounds.below, true);
  try {
    return integer ? add_integer(automaton_, from, bounds) : add_number(automaton_, from, bounds);
  } catch (const Error& error) {
    refuse(where, error.what());
  }
}

}  // namespace
}  // namespace lectern::grammar

namespace lectern {

std::shared_ptr<const Grammar> json_schema_grammar(std::string_view schema) {
  const auto parsed = grammar::parse_schema(schema);
  try {
    return std::make_shared<const Grammar>(grammar::SchemaGrammar(parsed).build());
  } catch (const Error& error) {
    const std::string what = error.what();  // places begin with "schema" or "#"
    if (what.starts_with("schema") || what.starts_with('#')) throw;
    throw Error(error.code(), "schema: " + what);
  }
}

std::shared_ptr<const Grammar> json_object_grammar() {
  static const auto grammar = [] {
    grammar::Automaton automaton;
    const int rule = automaton.add_rule();
    grammar::JsonRules rules(automaton);
    automaton.accept(automaton.call(automaton.start(rule), rules.object()));
    automaton.finish();
    return std::make_shared<const Grammar>(std::move(automaton));
  }();
  return grammar;
}

}  // namespace lectern
