#include "grammar/schema_merger.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "grammar/schema_keywords.h"

namespace lectern::grammar {
namespace {

constexpr int kDeepest = 64;
constexpr std::size_t kMergeSteps = 1000, kValueSteps = 20;  // for each schema merged, and for each value in it

int depth_of(const Schema& json) {
  if (!json.is_structured()) return 0;
  int deepest = 0;
  for (const auto& part : json) deepest = std::max(deepest, depth_of(part));
  return deepest + 1;
}

std::size_t values_of(const Schema& json) {
  std::size_t values = 1;
  if (!json.is_structured()) return values;
  for (const auto& part : json) values += values_of(part);
  return values;
}

std::size_t steps_of(const Schema& schema) { return kMergeSteps + kValueSteps * values_of(schema); }

// What one of them says of all members or items but those that it names would be said of the other's too.
void refuse_entangled(const Schema& a, const Schema& b, const std::string& where) {
  for (const auto& [others, named] :
       {std::pair{"additionalProperties", "properties"}, std::pair{"items", "prefixItems"}}) {
    if ((a.contains(others) && b.contains(named)) || (b.contains(others) && a.contains(named)))
      refuse(where, fmt::format("{} of one part of allOf beside {} of another is not supported", others, named));
  }
}

Schema list_of(const Schema& one_or_list) {
  return one_or_list.is_array() ? one_or_list : Schema::array({one_or_list});
}

Schema common(const Schema& a, const Schema& b) {
  Schema out = Schema::array();
  const Schema others = list_of(b);
  const auto has = [&](const Schema& one) { return std::find(others.begin(), others.end(), one) != others.end(); };
  for (const Schema& one : list_of(a)) {
    if (has(one))
      out.push_back(one);
    else if ((one == "integer" && has("number")) || (one == "number" && has("integer")))
      out.push_back("integer");
  }
  return out;
}

// What asks for as much as both do; null where there is no such thing.
Schema stricter(const std::string& name, const Schema& a, const Schema& b) {
  static const std::set<std::string> kLower = {"minimum", "exclusiveMinimum", "minLength", "minItems"},
                                     kUpper = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"};
  if (a == b) return a;
  if (kLower.contains(name)) return std::max(a, b);
  if (kUpper.contains(name)) return std::min(a, b);
  if (name != "type" && name != "enum") return nullptr;
  const Schema both = common(a, b);
  if (both.empty()) return nullptr;
  return name == "type" && both.size() == 1 ? both[0] : both;
}

std::vector<Schema> types_of(const Schema& schema) {
  if (!schema.is_object() || !schema.contains("type")) return {};
  std::vector<Schema> types;
  for (const Schema& type : list_of(schema["type"])) {
    if (type.is_string()) types.push_back(type == "integer" ? "number" : type);
  }
  return types;
}

std::vector<Schema> constants_of(const Schema& schema) {
  if (!schema.is_object()) return {};
  if (schema.contains("const")) return {schema["const"]};
  if (schema.contains("enum") && schema["enum"].is_array()) return schema["enum"].get<std::vector<Schema>>();
  return {};
}

bool is_closed(const Schema& schema) {
  const auto others = schema.find("additionalProperties");
  return others != schema.end() && *others == false;
}

}  // namespace

void SchemaMerger::spend(std::size_t steps, const std::string& where) {
  if (effort_.spend(steps)) return;
  refuse(where,
         "putting together its allOf, anyOf, oneOf and what stands beside a $ref takes too much work: each place where "
         "they meet is worked out anew. Nest and repeat fewer of them, and put fewer properties beside them");
}

void SchemaMerger::check_effort(const Schema& schema, std::size_t count, const std::string& where) const {
  if (schema.empty() || count <= effort_.left() / steps_of(schema)) return;
  refuse(where,
         "there are too many alternatives, with too much beside them that holds for each: use fewer, or give each "
         "its own properties");
}

void SchemaMerger::merge_properties(Schema& into, const Schema& from, const std::string& where) {
  for (const auto& [name, of] : from.items()) {
    spend(into.size(), where);
    const auto there = into.find(name);
    if (there == into.end())
      into.push_back({name, of});
    else if (*there != of)
      *there = {{"allOf", Schema::array({*there, of})}};
  }
}

void SchemaMerger::merge_required(Schema& into, const Schema& from, const std::string& where) {
  for (const auto& name : from) {
    spend(into.size(), where);
    if (std::find(into.begin(), into.end(), name) == into.end()) into.push_back(name);
  }
}

void SchemaMerger::merge(Schema& into, const Schema& from, const std::string& where) {
  spend(steps_of(from), where);
  check_types(from, where);
  refuse_entangled(into, from, where);
  for (const auto& [name, value] : from.items()) {
    if (name == "title" || name == "description" || name == "default" || name == "examples") continue;
    if (!into.contains(name)) {
      into[name] = value;
    } else if (name == "properties") {
      merge_properties(into[name], value, where);
    } else if (name == "required") {
      merge_required(into[name], value, where);
    } else {
      if (name == "enum") spend(value.size() * into[name].size(), where);
      Schema both = stricter(name, into[name], value);
      if (both.is_null()) refuse(where, "what it asks for together has two different \"" + name + "\"");
      into[name] = std::move(both);
    }
  }
}

// Behind its $refs. A circle of them is found where they are built.
const Schema& SchemaMerger::behind_references(const Schema& schema, const std::string& where) {
  const Schema* at = &schema;
  for (int i = 0; i < kDeepest && at->is_object() && at->contains("$ref") && at->size() == 1; ++i) {
    const Schema& reference = at->at("$ref");
    if (!reference.is_string()) refuse(where, "$ref has to be a string");
    std::size_t looked_at = 0;
    at = &resolve(root_, reference.get<std::string>(), where, &looked_at);
    spend(looked_at, where);
  }
  return *at;
}

Schema SchemaMerger::all_of(const Schema& schema, const std::string& where, int depth) {
  if (depth > kDeepest) refuse(where, "its allOf is nested too deeply");
  const Schema& parts = schema.at("allOf");
  if (!parts.is_array() || parts.empty()) refuse(where, "allOf has to be a list of schemas");
  check_types(schema, where);
  Schema all = Schema::object();
  for (const auto& [name, value] : schema.items()) {
    if (name != "allOf") all.push_back({name, value});
  }
  spend(steps_of(all), where);
  for (const Schema& part : parts) {
    const Schema& plain = behind_references(part, where);
    if (!plain.is_object()) refuse(where, "allOf has to be a list of objects");
    merge(all, plain.contains("allOf") ? all_of(plain, where, depth + 1) : plain, where);
  }
  if (depth_of(all) > kDeepest) refuse(where, "it is nested more than 64 deep");
  return all;
}

Schema SchemaMerger::both(const Schema& schema, const Schema& other, const std::string& where) {
  if (schema.empty()) return other;
  Schema all = schema;
  if (!all.contains("allOf")) all["allOf"] = Schema::array();
  if (!all["allOf"].is_array()) refuse(where + ".allOf", "has to be a list of schemas");
  all["allOf"].push_back(other);
  return all_of(all, where);
}

const Schema* SchemaMerger::member(const Schema& object, const std::string& name, const std::string& where) {
  spend(object.size(), where);
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

bool SchemaMerger::requires_member(const Schema& schema, const std::string& name, const std::string& where) {
  const auto required = schema.find("required");
  if (required == schema.end() || !required->is_array()) return false;
  spend(required->size(), where);
  return std::find(required->begin(), required->end(), name) != required->end();
}

// Whether `one` requires a member that `other` does not have.
bool SchemaMerger::wants_another(const Schema& one, const Schema& other, const std::string& where) {
  const auto required = one.find("required");
  if (required == one.end() || !required->is_array()) return false;
  return std::any_of(required->begin(), required->end(), [&](const Schema& name) {
    return name.is_string() && member(other["properties"], name.get<std::string>(), where) == nullptr;
  });
}

// Whether no object that is made for `a` fits `b`: it lacks a member that `b` wants, or has one that `b` forbids.
bool SchemaMerger::keeps_out(const Schema& a, const Schema& b, const std::string& where) {
  const bool others = a.contains("additionalProperties") && !is_closed(a);
  return (!others && wants_another(b, a, where)) || (is_closed(b) && wants_another(a, b, where));
}

bool SchemaMerger::disjoint(const std::vector<Schema>& a, const std::vector<Schema>& b, const std::string& where) {
  spend(10 + kValueSteps * (a.size() + b.size()) + a.size() * b.size(), where);
  if (a.empty() || b.empty()) return false;
  return std::none_of(a.begin(), a.end(),
                      [&](const Schema& one) { return std::find(b.begin(), b.end(), one) != b.end(); });
}

bool SchemaMerger::exclude_one_another(const Schema& first, const Schema& second, const std::string& where) {
  const Schema& a = behind_references(first, where);
  const Schema& b = behind_references(second, where);
  if (disjoint(types_of(a), types_of(b), where) || disjoint(constants_of(a), constants_of(b), where)) return true;
  if (!a.is_object() || !b.is_object() || !a.contains("properties") || !b.contains("properties")) return false;
  if (!a["properties"].is_object() || !b["properties"].is_object()) return false;
  if (keeps_out(a, b, where) && keeps_out(b, a, where)) return true;
  for (const auto& [name, of_a] : a["properties"].items()) {
    if (!requires_member(a, name, where) || !requires_member(b, name, where)) continue;
    const Schema* of_b = member(b["properties"], name, where);
    if (of_b != nullptr &&
        disjoint(constants_of(behind_references(of_a, where)), constants_of(behind_references(*of_b, where)), where))
      return true;
  }
  return false;
}

}  // namespace lectern::grammar
