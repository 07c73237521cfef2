// `x | …`
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "text/jinja_builtins.h"

namespace lectern::text::jinja {
namespace {

using Filter = Value (*)(Context&, const Value&, const Arguments&);
struct NamedFilter {
  std::string_view name;
  Filter filter;
};

std::string printed(Context& context, const Value& value) {
  context.spend(value.weight());
  return to_text(value);
}

Value trim(Context& c, const Value& v, const Arguments& a) {
  const Value* characters = a.find(0, "chars");
  const std::string* set = characters == nullptr ? nullptr : &text_of(c, *characters, "what is trimmed");
  const std::string text = printed(c, v);
  return std::string(strip(text, set, Side::kBoth));
}

Value measure(Context& c, const Value& v, const Arguments&) { return length(c, v); }

Value json(Context& c, const Value& v, const Arguments& a) {
  for (const auto& [name, value] : a.named) {
    if (name != "indent" && name != "ensure_ascii") c.unsupported(fmt::format("tojson's \"{:.40}\"", name));
    if (name == "ensure_ascii" && value.truth()) c.unsupported("tojson in ASCII");
  }
  const Value* indent = a.find(0, "indent");
  if (a.positional.size() > 1) c.unsupported("tojson with unnamed options");
  const bool flat = indent == nullptr || indent->is_none();
  const std::int64_t columns = flat ? -1 : integer_of(c, *indent, "the indent");
  if (columns > 16) c.unsupported("an indent above 16");
  c.spend(v.weight());
  // An indented element takes a line of up to depth × indent blanks.
  for (int level = 0; level < v.depth() && columns > 0; ++level) c.spend(v.weight());
  return to_json(v, static_cast<int>(std::max<std::int64_t>(columns, -1)));
}

Value fall_back(Context&, const Value& v, const Arguments& a) {
  const Value* otherwise = a.find(0, "default_value");
  const Value* all = a.find(1, "boolean");
  const bool missing = v.is_undefined() || (all != nullptr && all->truth() && !v.truth());
  if (!missing) return v;
  return otherwise == nullptr ? Value("") : *otherwise;
}

Value join(Context& c, const Value& v, const Arguments& a) {
  const Value* separator = a.find(0, "d");
  const Value* name = a.find(1, "attribute");
  const std::string between = separator == nullptr ? std::string() : printed(c, *separator);
  std::string out;
  bool first = true;
  for (const Value& item : elements(c, v)) {
    c.spend(between.size() + Context::kStep);
    if (!first) out += between;
    first = false;
    out += printed(c, name == nullptr ? item : attribute(c, item, text_of(c, *name, "an attribute")));
  }
  return out;
}

Value upper(Context& c, const Value& v, const Arguments&) { return with_case(c, printed(c, v), Case::kUpper); }
Value lower(Context& c, const Value& v, const Arguments&) { return with_case(c, printed(c, v), Case::kLower); }
Value title(Context& c, const Value& v, const Arguments&) { return with_case(c, printed(c, v), Case::kTitle); }
Value capitalize(Context& c, const Value& v, const Arguments&) {
  return with_case(c, printed(c, v), Case::kCapitalized);
}

Value replace(Context& c, const Value& v, const Arguments& a) {
  const Value* from = a.find(0, "old");
  const Value* to = a.find(1, "new");
  const Value* count = a.find(2, "count");
  if (from == nullptr || to == nullptr) c.invalid("replace lacks its texts");
  const bool all = count == nullptr || count->is_none();
  return replaced(c, printed(c, v), printed(c, *from), printed(c, *to), all ? -1 : integer_of(c, *count, "a count"));
}

Value to_list(Context& c, const Value& v, const Arguments&) { return c.make_list(elements(c, v)); }

Value first(Context& c, const Value& v, const Arguments&) {
  const auto items = elements(c, v);
  return items.empty() ? Value(Undefined{"the first of nothing"}) : items.front();
}

Value last(Context& c, const Value& v, const Arguments&) {
  const auto items = elements(c, v);
  return items.empty() ? Value(Undefined{"the last of nothing"}) : items.back();
}

Value reverse(Context& c, const Value& v, const Arguments&) {
  auto items = elements(c, v);
  std::reverse(items.begin(), items.end());
  if (v.text() == nullptr) return c.make_list(std::move(items));
  std::string out;
  for (const Value& item : items) out += *item.text();
  return out;
}

Value unique(Context& c, const Value& v, const Arguments&) {
  std::vector<Value> kept;
  for (const Value& item : elements(c, v)) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Value& k) { return equal(c, k, item); });
    if (!known) kept.push_back(item);
  }
  return c.make_list(std::move(kept));
}

Value pairs(Context& c, const Value& v, bool sorted) {
  if (v.is_undefined()) return c.make_list({});
  if (v.dict() == nullptr || v.is_namespace()) c.invalid("it takes the items of " + v.type_name());
  std::vector<Value> items;
  auto entries = v.dict()->entries;
  const auto folded = [&](const std::string& key) { return with_case(c, key, Case::kLower); };
  if (sorted) {
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const auto& a, const auto& b) { return folded(a.first) < folded(b.first); });
  }
  for (const auto& [key, value] : entries) {
    c.spend(key.size());
    items.push_back(c.make_list({Value(key), value}, true));
  }
  return c.make_list(std::move(items));
}

Value sorted_pairs(Context& c, const Value& v, const Arguments& a) {
  if (!a.positional.empty() || !a.named.empty()) c.unsupported("dictsort with options");
  return pairs(c, v, true);
}

Value items_of(Context& c, const Value& v, const Arguments&) { return pairs(c, v, false); }

Arguments without(const Arguments& arguments, std::size_t count) {
  Arguments rest = arguments;
  const auto begin = rest.positional.begin();
  rest.positional.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(count, rest.positional.size())));
  return rest;
}

Value map(Context& c, const Value& v, const Arguments& a) {
  std::vector<Value> out;
  const Value* name = a.positional.empty() ? a.find(0, "attribute") : nullptr;
  const Value* otherwise = a.find(1, "default");
  for (const Value& item : elements(c, v)) {
    if (name != nullptr) {
      Value value = attribute(c, item, text_of(c, *name, "an attribute"));
      out.push_back(value.is_undefined() && otherwise != nullptr ? *otherwise : std::move(value));
    } else {
      if (a.positional.empty()) c.invalid("map lacks a filter");
      out.push_back(apply_filter(c, text_of(c, a.positional[0], "a filter"), item, without(a, 1)));
    }
  }
  return c.make_list(std::move(out));
}

// select, reject, selectattr, rejectattr: those whose test (truth where none is named) gives `wanted`.
Value select(Context& c, const Value& v, const Arguments& a, bool by_attribute, bool wanted) {
  std::vector<Value> out;
  const std::size_t test = by_attribute ? 1 : 0;
  if (by_attribute && a.positional.empty()) c.invalid("selectattr lacks an attribute");
  for (const Value& item : elements(c, v)) {
    const Value value = by_attribute ? attribute(c, item, text_of(c, a.positional[0], "an attribute")) : item;
    const bool passes = test < a.positional.size()
                            ? apply_test(c, text_of(c, a.positional[test], "a test"), value, without(a, test + 1))
                            : value.truth();
    if (passes == wanted) out.push_back(item);
  }
  return c.make_list(std::move(out));
}

Value to_string(Context& c, const Value& v, const Arguments&) { return printed(c, v); }

Value to_integer(Context& c, const Value& v, const Arguments& a) {
  const Value* otherwise = a.find(0, "default");
  if (v.boolean() != nullptr) return std::int64_t{*v.boolean() ? 1 : 0};
  if (v.integer() != nullptr) return v;
  if (v.real() != nullptr && std::fabs(*v.real()) < 9e18) return static_cast<std::int64_t>(*v.real());
  std::int64_t number = 0;
  if (v.text() != nullptr) {
    const std::string_view text = strip(*v.text(), nullptr, Side::kBoth);
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size()) return number;
  }
  if (v.is_undefined()) c.invalid("it makes a number of something undefined");
  return otherwise == nullptr ? Value(std::int64_t{0}) : *otherwise;
}

Value to_real(Context& c, const Value& v, const Arguments& a) {
  const Value* otherwise = a.find(0, "default");
  if (v.boolean() != nullptr) return *v.boolean() ? 1.0 : 0.0;
  if (v.integer() != nullptr) return static_cast<double>(*v.integer());
  if (v.real() != nullptr) return v;
  double number = 0;
  if (v.text() != nullptr) {
    const std::string_view text = strip(*v.text(), nullptr, Side::kBoth);
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size()) return number;
  }
  if (v.is_undefined()) c.invalid("it makes a number of something undefined");
  return otherwise == nullptr ? Value(0.0) : *otherwise;
}

Value absolute(Context& c, const Value& v, const Arguments&) {
  if (v.real() != nullptr) return std::fabs(*v.real());
  const std::int64_t number = integer_of(c, v, "a number");
  if (number == INT64_MIN) c.unsupported("a number beyond 64 bits");
  return number < 0 ? -number : number;
}

Value indent(Context& c, const Value& v, const Arguments& a) {
  const Value* width = a.find(0, "width");
  const Value* first_line = a.find(1, "first");
  const Value* blank_lines = a.find(2, "blank");
  const std::string& text = text_of(c, v, "what is indented");
  const std::int64_t columns = width == nullptr ? 4 : integer_of(c, *width, "the indent");
  if (columns < 0 || columns > 64) c.unsupported("an indent outside 0 to 64");
  const std::string margin(static_cast<std::size_t>(columns), ' ');
  const bool blank = blank_lines != nullptr && blank_lines->truth();
  std::string out = first_line != nullptr && first_line->truth() ? margin : std::string();
  for (std::size_t i = 0; i < text.size(); ++i) {
    c.spend(1);
    out += text[i];
    if (text[i] != '\n' || i + 1 == text.size()) continue;
    if (blank || text[i + 1] != '\n') {
      c.spend(margin.size());
      out += margin;
    }
  }
  return out;
}

Value same(Context&, const Value& v, const Arguments&) { return v; }

constexpr NamedFilter kFilters[] = {
    {"trim", trim},
    {"length", measure},
    {"count", measure},
    {"tojson", json},
    {"default", fall_back},
    {"d", fall_back},
    {"join", join},
    {"upper", upper},
    {"lower", lower},
    {"title", title},
    {"capitalize", capitalize},
    {"replace", replace},
    {"list", to_list},
    {"first", first},
    {"last", last},
    {"reverse", reverse},
    {"unique", unique},
    {"items", items_of},
    {"dictsort", sorted_pairs},
    {"map", map},
    {"select", [](Context& c, const Value& v, const Arguments& a) { return select(c, v, a, false, true); }},
    {"reject", [](Context& c, const Value& v, const Arguments& a) { return select(c, v, a, false, false); }},
    {"selectattr", [](Context& c, const Value& v, const Arguments& a) { return select(c, v, a, true, true); }},
    {"rejectattr", [](Context& c, const Value& v, const Arguments& a) { return select(c, v, a, true, false); }},
    {"string", to_string},
    {"int", to_integer},
    {"float", to_real},
    {"abs", absolute},
    {"indent", indent},
    {"safe", same},
};

}  // namespace

Value apply_filter(Context& context, std::string_view name, const Value& input, const Arguments& arguments) {
  const Context::Nesting nesting(context);
  context.spend(Context::kStep);
  for (const NamedFilter& known : kFilters) {
    if (known.name == name) return known.filter(context, input, arguments);
  }
  context.unsupported(fmt::format("the filter \"{:.40}\"", name));
}

}  // namespace lectern::text::jinja
