#include "text/jinja_value.h"

#include <algorithm>

namespace lectern::text::jinja {

const std::string* Value::text() const {
  const Text* text = std::get_if<Text>(&storage_);
  return text == nullptr ? nullptr : text->get();
}

const List* Value::list() const {
  const auto* list = std::get_if<std::shared_ptr<const List>>(&storage_);
  return list == nullptr ? nullptr : list->get();
}

Dict* Value::dict() const {
  const auto* dict = std::get_if<std::shared_ptr<Dict>>(&storage_);
  return dict == nullptr ? nullptr : dict->get();
}

bool Value::is_namespace() const { return dict() != nullptr && dict()->is_namespace; }

bool Value::truth() const {
  if (is_undefined() || is_none()) return false;
  if (boolean() != nullptr) return *boolean();
  if (integer() != nullptr) return *integer() != 0;
  if (real() != nullptr) return *real() != 0;
  if (text() != nullptr) return !text()->empty();
  if (list() != nullptr) return !list()->items.empty();
  if (dict() != nullptr) return dict()->is_namespace || !dict()->entries.empty();
  return true;
}

int Value::depth() const {
  if (list() != nullptr) return list()->depth;
  return dict() != nullptr ? dict()->depth : 0;
}

std::uint64_t Value::weight() const {
  if (text() != nullptr) return text()->size();
  if (list() != nullptr) return list()->weight;
  return dict() != nullptr ? dict()->weight : kItemWeight;
}

std::string Value::type_name() const {
  if (is_undefined()) return "undefined";
  if (is_none()) return "none";
  if (boolean() != nullptr) return "bool";
  if (integer() != nullptr) return "int";
  if (real() != nullptr) return "float";
  if (text() != nullptr) return "str";
  if (list() != nullptr) return "list";
  if (dict() != nullptr) return dict()->is_namespace ? "namespace" : "dict";
  return "function";
}

const Value* Dict::find(std::string_view key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == key; });
  return found == entries.end() ? nullptr : &found->second;
}

void Dict::set(std::string_view key, Value value) {
  depth = std::max(depth, value.depth() + 1);
  weight = add_weights(weight, add_weights(value.weight(), key.size() + kItemWeight));
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == key; });
  if (found == entries.end()) {
    entries.emplace_back(key, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

}  // namespace lectern::text::jinja
