#include "text/jinja_context.h"

#include <algorithm>

namespace lectern::text::jinja {

Value Context::make_list(std::vector<Value> items, bool is_tuple) {
  spend(items.size() * sizeof(Value));
  auto list = std::make_shared<List>();
  list->is_tuple = is_tuple;
  for (const Value& item : items) {
    if (item.is_namespace()) unsupported("a namespace inside a list");
    list->depth = std::max(list->depth, item.depth() + 1);
    list->weight = add_weights(list->weight, add_weights(item.weight(), kItemWeight));
  }
  if (list->depth > kMaxValueDepth) stop("nests lists too deep");
  list->items = std::move(items);
  return std::shared_ptr<const List>(std::move(list));
}

void Context::insert(Dict& dict, std::string_view key, Value value) {
  spend(dict.entries.size() * kStep + key.size() + sizeof(Value));
  if (value.is_namespace()) unsupported("a namespace inside another value");
  if (value.depth() >= kMaxValueDepth) stop("nests dictionaries too deep");
  dict.set(key, std::move(value));
}

const Value* Arguments::find(std::size_t index, std::string_view name) const {
  if (index < positional.size()) return &positional[index];
  const auto found = std::find_if(named.begin(), named.end(), [&](const auto& entry) { return entry.first == name; });
  return found == named.end() ? nullptr : &found->second;
}

}  // namespace lectern::text::jinja
