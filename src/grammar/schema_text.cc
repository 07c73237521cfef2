#include "grammar/schema_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "lectern/error.h"

namespace lectern::grammar {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr int kDeepest = 64;

int depth_of(const Schema& json) {
  if (!json.is_structured()) return 0;
  int deepest = 0;
  for (const auto& part : json) deepest = std::max(deepest, depth_of(part));
  return deepest + 1;
}

// Of a text that is not trusted yet: brackets outside of strings.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

// With each %XX as the byte that it stands for.
std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16).ptr == &text[i + 1] + 2;
    out += escape ? static_cast<char>(byte) : text[i];
    if (escape) i += 2;
  }
  return out;
}

// The part of `json` that a JSON pointer's step names; null where there is none.
const Schema* step(const Schema& json, std::string name) {
  for (std::size_t at = 0; (at = name.find('~', at)) != std::string::npos; ++at) {
    if (name.compare(at, 2, "~1") == 0)
      name.replace(at, 2, "/");
    else if (name.compare(at, 2, "~0") == 0)
      name.replace(at, 2, "~");
  }
  if (json.is_object()) {
    const auto found = json.find(name);
    return found == json.end() ? nullptr : &*found;
  }
  const bool number = !name.empty() && name.size() < 6 && name.find_first_not_of("0123456789") == std::string::npos;
  if (!json.is_array() || !number || std::stoul(name) >= json.size()) return nullptr;
  return &json[std::stoul(name)];
}

// Behind its $refs. A circle of them is found where they are built.
const Schema& behind_references(const Schema& root, const Schema& schema, const std::string& where) {
  const Schema* at = &schema;
  for (int i = 0; i < kDeepest && at->is_object() && at->contains("$ref") && at->size() == 1; ++i) {
    if (!at->at("$ref").is_string()) refuse(where, "$ref has to be a string");
    at = &resolve(root, at->at("$ref").get<std::string>(), where);
  }
  return *at;
}

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
  if (a.is_number() && b.is_number() && kLower.contains(name)) return std::max(a, b);
  if (a.is_number() && b.is_number() && kUpper.contains(name)) return std::min(a, b);
  if (name != "type" && name != "enum") return nullptr;
  const Schema both = common(a, b);
  if (both.empty()) return nullptr;
  return name == "type" && both.size() == 1 ? both[0] : both;
}

void merge(Schema& into, const Schema& from, const std::string& where) {
  refuse_entangled(into, from, where);
  for (const auto& [name, value] : from.items()) {
    if (name == "title" || name == "description" || name == "default" || name == "examples") continue;
    if (!into.contains(name)) {
      into[name] = value;
    } else if (name == "properties" && value.is_object() && into[name].is_object()) {
      for (const auto& [property, of] : value.items()) {
        if (into[name].contains(property) && into[name][property] != of)
          into[name][property] = {{"allOf", Schema::array({into[name][property], of})}};
        else
          into[name][property] = of;
      }
    } else if (name == "required" && value.is_array()) {
      for (const auto& one : value) {
        if (std::find(into[name].begin(), into[name].end(), one) == into[name].end()) into[name].push_back(one);
      }
    } else {
      Schema both = stricter(name, into[name], value);
      if (both.is_null()) refuse(where, "what it asks for together has two different \"" + name + "\"");
      into[name] = std::move(both);
    }
  }
}

std::set<std::string> types_of(const Schema& schema) {
  std::set<std::string> types;
  if (!schema.is_object()) return types;
  const auto add = [&](const Schema& type) {
    if (!type.is_string()) return;
    types.insert(type == "integer" ? "number" : type.get<std::string>());
  };
  if (schema.contains("type")) {
    const Schema& type = schema["type"];
    if (type.is_array())
      std::for_each(type.begin(), type.end(), add);
    else
      add(type);
  }
  return types;
}

std::vector<Schema> constants_of(const Schema& schema) {
  if (!schema.is_object()) return {};
  if (schema.contains("const")) return {schema["const"]};
  if (schema.contains("enum") && schema["enum"].is_array()) return schema["enum"].get<std::vector<Schema>>();
  return {};
}

template <typename T, typename U>
bool disjoint(const T& a, const U& b) {
  if (a.empty() || b.empty()) return false;
  return std::none_of(a.begin(), a.end(),
                      [&](const auto& one) { return std::find(b.begin(), b.end(), one) != b.end(); });
}

bool requires_member(const Schema& schema, const std::string& name) {
  const auto required = schema.find("required");
  return required != schema.end() && required->is_array() &&
         std::find(required->begin(), required->end(), name) != required->end();
}

bool is_closed(const Schema& schema) {
  const auto others = schema.find("additionalProperties");
  return others != schema.end() && *others == false;
}

// Whether no object that is made for `a` fits `b`: it lacks a member that `b` wants, or has one that `b` forbids.
bool keeps_out(const Schema& a, const Schema& b) {
  const auto wants_another = [](const Schema& one, const Schema& other) {
    return one.contains("required") && one["required"].is_array() &&
           std::any_of(one["required"].begin(), one["required"].end(), [&](const Schema& name) {
             return name.is_string() && !other["properties"].contains(name.get<std::string>());
           });
  };
  const bool others = a.contains("additionalProperties") && !is_closed(a);
  return (!others && wants_another(b, a)) || (is_closed(b) && wants_another(a, b));
}

}  // namespace

void refuse(const std::string& where, const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, where + ": " + why);
}

Schema parse_schema(std::string_view text) {
  if (text.size() > kMostBytes) refuse("schema", "it is larger than 64 KiB");
  if (is_too_deep(text)) refuse("schema", "it is nested more than 64 deep");
  Schema schema = Schema::parse(text, nullptr, false);
  if (schema.is_discarded()) refuse("schema", "it is no JSON");
  return schema;
}

const Schema& resolve(const Schema& root, const std::string& reference, const std::string& where) {
  if (!reference.starts_with('#')) refuse(where, "$ref reaches outside of the schema: it has to begin with #");
  const Schema* at = &root;
  for (std::size_t begin = 1; begin < reference.size();) {
    if (reference[begin] != '/') refuse(where, "$ref has to be a path such as #/$defs/name");
    const std::size_t end = std::min(reference.find('/', begin + 1), reference.size());
    at = step(*at, decoded(reference.substr(begin + 1, end - begin - 1)));
    if (at == nullptr) refuse(where, "$ref \"" + reference + "\" names nothing in the schema");
    begin = end;
  }
  return *at;
}

Schema merge_all_of(const Schema& root, const Schema& schema, const std::string& where, int depth) {
  if (depth > kDeepest) refuse(where, "its allOf is nested too deeply");
  Schema all = schema;
  all.erase("allOf");
  const Schema& parts = schema.at("allOf");
  if (!parts.is_array() || parts.empty()) refuse(where, "allOf has to be a list of schemas");
  for (const Schema& part : parts) {
    const Schema& plain = behind_references(root, part, where);
    if (!plain.is_object()) refuse(where, "allOf has to be a list of objects");
    merge(all, plain.contains("allOf") ? merge_all_of(root, plain, where, depth + 1) : plain, where);
  }
  if (depth_of(all) > kDeepest) refuse(where, "it is nested more than 64 deep");
  return all;
}

bool exclude_one_another(const Schema& root, const Schema& first, const Schema& second) {
  const Schema& a = behind_references(root, first, "schema");
  const Schema& b = behind_references(root, second, "schema");
  if (disjoint(types_of(a), types_of(b)) || disjoint(constants_of(a), constants_of(b))) return true;
  if (!a.is_object() || !b.is_object() || !a.contains("properties") || !b.contains("properties")) return false;
  if (!a["properties"].is_object() || !b["properties"].is_object()) return false;
  if (keeps_out(a, b) && keeps_out(b, a)) return true;
  for (const auto& [name, of_a] : a["properties"].items()) {
    if (!b["properties"].contains(name) || !requires_member(a, name) || !requires_member(b, name)) continue;
    const Schema& of_b = b["properties"][name];
    if (disjoint(constants_of(behind_references(root, of_a, name)), constants_of(behind_references(root, of_b, name))))
      return true;
  }
  return false;
}

}  // namespace lectern::grammar
