#include <fmt/format.h>

#include <cmath>

#include "grammar/grammar.h"
#include "grammar/schema_grammar.h"

namespace lectern::grammar {
namespace {

constexpr int kDeepest = 300;

// Each says that a value is of a type, where the schema does not.
constexpr std::pair<std::string_view, const char*> kTelling[] = {{"properties", "object"},
                                                                 {"required", "object"},
                                                                 {"additionalProperties", "object"},
                                                                 {"items", "array"},
                                                                 {"prefixItems", "array"},
                                                                 {"minItems", "array"},
                                                                 {"maxItems", "array"},
                                                                 {"pattern", "string"},
                                                                 {"format", "string"},
                                                                 {"minLength", "string"},
                                                                 {"maxLength", "string"},
                                                                 {"minimum", "number"},
                                                                 {"maximum", "number"},
                                                                 {"multipleOf", "number"},
                                                                 {"exclusiveMinimum", "number"},
                                                                 {"exclusiveMaximum", "number"}};

// What says nothing of a value's form.
bool is_read_over(std::string_view name) {
  static const std::set<std::string_view> kNames = {
      "title",    "description", "default",  "examples",  "example", "$schema",     "$id",
      "$comment", "deprecated",  "readOnly", "writeOnly", "$defs",   "definitions", "discriminator"};
  return kNames.contains(name);
}

// All of `schema` but what `name` says; empty where that says nothing.
Schema besides(const Schema& schema, const char* name) {
  Schema rest = Schema::object();
  for (const auto& [other, value] : schema.items()) {
    if (other != name && !is_read_over(other)) rest[other] = value;
  }
  return rest;
}

// Those of `constants` that have one of the types that `schema` names.
Schema of_types(const Schema& schema, const Schema& constants) {
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

}  // namespace

Automaton SchemaGrammar::build() {
  const int rule = automaton_.add_rule();
  references_["#"] = rule;
  automaton_.accept(value(automaton_.start(rule), root_, "schema"));
  automaton_.finish();
  return std::move(automaton_);
}

void SchemaGrammar::check_names(const Schema& schema, const Names& known, const std::string& where) {
  for (const auto& [name, value] : schema.items()) {
    if (!known.contains(name) && !is_read_over(name))
      refuse(fmt::format("{}.{}", where, name), "is not supported here");
  }
}

void SchemaGrammar::check_names_of_type(const Schema& schema, const Names& known, const std::string& where) {
  if (schema.contains("type") && schema["type"].is_string()) check_names(schema, known, where);
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
  if (schema.contains("allOf")) return value(from, merger_.all_of(schema, where), where);
  for (const char* name : {"anyOf", "oneOf"}) {
    if (schema.contains(name)) return alternatives(from, schema, name, where);
  }
  if (schema.contains("const")) {
    check_names(schema, {"const", "type"}, where);
    return constants(from, of_types(schema, Schema::array({schema["const"]})), where + ".const");
  }
  if (schema.contains("enum")) {
    check_names(schema, {"enum", "type"}, where);
    return constants(from, of_types(schema, schema["enum"]), where + ".enum");
  }
  if (!schema.contains("type")) {
    for (const auto& [name, type] : kTelling) {
      if (!schema.contains(name)) continue;
      Schema with_type = schema;
      with_type["type"] = type;
      return typed(from, with_type, type, where);
    }
    check_names(schema, {}, where);
    return automaton_.call(from, rules_.value());
  }
  const Schema& type = schema["type"];
  if (type.is_string()) return typed(from, schema, type.get<std::string>(), where);
  if (!type.is_array() || type.empty()) refuse(where + ".type", "has to be a type, or a list of them");
  Names of_some_type = {"type"};
  for (const auto& [name, of] : kTelling) of_some_type.insert(name);
  check_names(schema, of_some_type, where);
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
  check_names_of_type(schema, {"type"}, where);
  if (type == "null") return automaton_.literal(from, "null");
  if (type != "boolean")
    refuse(where + ".type",
           "\"" + type + "\" is no type: object, array, string, number, integer, boolean and null are");
  return choice(from, 2,
                [&](std::size_t i, int begin) { return automaton_.literal(begin, i == 0 ? "true" : "false"); });
}

// Each with what the schema says besides.
int SchemaGrammar::alternatives(int from, const Schema& schema, const char* name, const std::string& where) {
  const Schema& list = schema[name];
  const std::string place = where + "." + name;
  if (!list.is_array() || list.empty()) refuse(place, "has to be a list of schemas");
  const Schema rest = besides(schema, name);
  merger_.check_effort(rest, list.size(), place);
  if (name == std::string_view("oneOf")) refuse_overlaps(rest, list, place);
  return choice(from, list.size(), [&](std::size_t i, int begin) {
    return value(begin, merger_.both(rest, list[i], place), place + "[" + std::to_string(i) + "]");
  });
}

void SchemaGrammar::refuse_overlaps(const Schema& rest, const Schema& list, const std::string& where) {
  std::vector<Schema> all;
  for (const Schema& one : list) {
    all.push_back(merger_.both(rest, one, where));
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      if (!merger_.exclude_one_another(all[i], all.back(), where))
        refuse(where,
               "two of its alternatives may fit at once, which oneOf forbids: use anyOf, or a required property with "
               "another const in each");
    }
  }
}

int SchemaGrammar::constants(int from, const Schema& list, const std::string& where) {
  if (!list.is_array() || list.empty()) refuse(where, "has to have values of the type that is asked for");
  const int begin = automaton_.add_state(), to = automaton_.add_state();
  automaton_.join(from, begin);
  std::map<std::pair<int, char>, int> after;  // by state and byte: what begins alike is one way, however many they are
  for (const Schema& one : list) {
    int at = begin;
    for (const char byte : one.dump()) {
      const auto [next, added] = after.try_emplace({at, byte}, 0);
      if (added) next->second = automaton_.literal(at, {&byte, 1});
      at = next->second;
    }
    automaton_.join(at, to);
  }
  return to;
}

int SchemaGrammar::reference(int from, const Schema& schema, const std::string& where) {
  if (!schema["$ref"].is_string()) refuse(where + ".$ref", "has to be a string");
  const auto name = schema["$ref"].get<std::string>();
  if (const Schema rest = besides(schema, "$ref"); !rest.empty())
    return value(from, merger_.both(rest, {{"$ref", name}}, where), where);
  const auto known = references_.find(name);
  if (known != references_.end()) return automaton_.call(from, known->second);
  const Schema& target = resolve(root_, name, where + ".$ref");
  const int rule = automaton_.add_rule();
  references_[name] = rule;  // before it is built: it may name itself
  automaton_.accept(value(automaton_.start(rule), target, name));
  return automaton_.call(from, rule);
}

}  // namespace lectern::grammar

namespace lectern {

std::shared_ptr<const Grammar> json_schema_grammar(std::string_view schema) {
  const auto parsed = grammar::parse_schema(schema);
  try {
    return std::make_shared<const Grammar>(grammar::SchemaGrammar(parsed).build());
  } catch (const nlohmann::json::exception& error) {  // whatever else the schema says is checked where it is read
    throw Error(ErrorCode::kInvalidArgument,
                std::string("schema: a keyword's value has the wrong type: ") + error.what());
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
