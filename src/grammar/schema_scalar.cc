#include <cmath>
#include <optional>

#include "grammar/number.h"
#include "grammar/pattern.h"
#include "grammar/schema_grammar.h"
#include "grammar/string_format.h"
#include "lectern/error.h"

namespace lectern::grammar {
namespace {

constexpr int kMostMultiple = 1000;

std::string text_of(const Schema& schema, const char* name, const std::string& where) {
  if (!schema[name].is_string()) refuse(where + "." + name, "has to be a string");
  return schema[name].get<std::string>();
}

// Takes the bound of that name where it leaves less than `bound` does. `order` is 1 for the lower side, -1 for the
// upper.
void read_bound(const Schema& schema, const char* name, int order, std::optional<Decimal>& bound, bool& excluded) {
  if (!schema.contains(name)) return;
  const Decimal read = to_decimal(schema[name].dump());
  const bool excludes = std::string_view(name).starts_with("exclusive");
  if (!bound || read.compare(*bound) * order > 0) {
    bound = read;
    excluded = excludes;
  } else if (read.compare(*bound) == 0) {
    excluded = excluded || excludes;
  }
}

}  // namespace

int SchemaGrammar::string(int from, const Schema& schema, const std::string& where) {
  check_names_of_type(schema, {"type", "minLength", "maxLength", "pattern", "format"}, where);
  const Lengths lengths{count(schema, "minLength", 0, where), count(schema, "maxLength", -1, where)};
  if (lengths.most >= 0 && lengths.most < lengths.least) refuse(where + ".maxLength", "is below minLength");
  std::optional<std::string> pattern;
  if (schema.contains("format")) pattern = pattern_of_format(text_of(schema, "format", where));
  if (schema.contains("pattern")) {
    if (pattern) refuse(where, "only one of pattern and format is supported at a time");
    pattern = text_of(schema, "pattern", where);
  }
  if (!pattern && lengths.least == 0 && lengths.most < 0) return automaton_.call(from, rules_.string());
  try {
    const int begin = automaton_.literal(from, "\"");
    return automaton_.literal(add_pattern(automaton_, begin, pattern.value_or(""), lengths, rules_.character()), "\"");
  } catch (const Error& error) {
    refuse(where, error.what());
  }
}

int SchemaGrammar::number(int from, const Schema& schema, bool integer, const std::string& where) {
  check_names_of_type(
      schema, {"type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}, where);
  Bounds bounds;
  for (const char* name : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}) {
    if (schema.contains(name) && !schema[name].is_number()) refuse(where + "." + name, "has to be a number");
  }
  for (const char* name : {"minimum", "exclusiveMinimum"}) read_bound(schema, name, 1, bounds.least, bounds.above);
  for (const char* name : {"maximum", "exclusiveMaximum"}) read_bound(schema, name, -1, bounds.most, bounds.below);
  if (schema.contains("multipleOf")) {
    const Schema& multiple = schema["multipleOf"];
    if (!multiple.is_number() || multiple.get<double>() != std::floor(multiple.get<double>()) || multiple < 1 ||
        multiple > kMostMultiple)
      refuse(where + ".multipleOf", "is supported where it is a whole number from 1 to 1,000");
    bounds.multiple_of = static_cast<int>(multiple.get<double>());
  }
  if (!bounds.least && !bounds.most && bounds.multiple_of == 1)
    return automaton_.call(from, integer ? rules_.integer() : rules_.number());
  try {
    return integer ? add_integer(automaton_, from, bounds) : add_number(automaton_, from, bounds);
  } catch (const Error& error) {
    refuse(where, error.what());
  }
}

}  // namespace lectern::grammar
