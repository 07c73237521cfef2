#include "grammar/schema_keywords.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace lectern::grammar {
namespace {

// What a keyword's value has to be, in words; empty where it is that.
std::string_view wrong_type(std::string_view name, const Schema& value) {
  using Is = bool (*)(const Schema&);
  static const auto is_schema = [](const Schema& one) { return one.is_object() || one.is_boolean(); };
  static const auto is_number = [](const Schema& one) { return one.is_number(); };
  static const auto is_string = [](const Schema& one) { return one.is_string(); };
  static const auto is_list = [](const Schema& one) { return one.is_array(); };
  static const auto are_names = [](const Schema& one) {
    return one.is_array() && std::all_of(one.begin(), one.end(), is_string);
  };
  static const auto is_type = [](const Schema& one) { return one.is_string() || are_names(one); };
  static const auto is_object = [](const Schema& one) { return one.is_object(); };
  static const std::map<std::string_view, std::pair<Is, std::string_view>> kTypes = {
      {"properties", {is_object, "an object"}},
      {"required", {are_names, "a list of names"}},
      {"additionalProperties", {is_schema, "a schema"}},
      {"items", {is_schema, "a schema"}},
      {"prefixItems", {is_list, "a list of schemas"}},
      {"allOf", {is_list, "a list of schemas"}},
      {"anyOf", {is_list, "a list of schemas"}},
      {"oneOf", {is_list, "a list of schemas"}},
      {"enum", {is_list, "a list of values"}},
      {"type", {is_type, "a type, or a list of them"}},
      {"$ref", {is_string, "a string"}},
      {"pattern", {is_string, "a string"}},
      {"format", {is_string, "a string"}},
      {"minLength", {is_number, "a number"}},
      {"maxLength", {is_number, "a number"}},
      {"minItems", {is_number, "a number"}},
      {"maxItems", {is_number, "a number"}},
      {"minimum", {is_number, "a number"}},
      {"maximum", {is_number, "a number"}},
      {"exclusiveMinimum", {is_number, "a number"}},
      {"exclusiveMaximum", {is_number, "a number"}},
      {"multipleOf", {is_number, "a number"}}};
  const auto known = kTypes.find(name);
  if (known == kTypes.end() || known->second.first(value)) return {};
  return known->second.second;
}

}  // namespace

void check_types(const Schema& schema, const std::string& where) {
  for (const auto& [name, value] : schema.items()) {
    if (const auto wanted = wrong_type(name, value); !wanted.empty())
      refuse(where, fmt::format("\"{}\" has to be {}", name, wanted));
  }
}

}  // namespace lectern::grammar
