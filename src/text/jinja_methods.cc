// Methods of Python's texts and dictionaries.
#include <fmt/format.h>

#include <algorithm>

#include "text/jinja_builtins.h"
#include "text/utf8.h"

namespace lectern::text::jinja {
namespace {

std::string optional_text(const Context& c, const Arguments& a, std::size_t index, std::string_view what) {
  const Value* value = a.find(index, {});
  if (value == nullptr) c.invalid(fmt::format("a method lacks {}", what));
  return text_of(c, *value, what);
}

Value stripped(Context& c, const std::string& text, const Arguments& a, Side side) {
  const Value* characters = a.find(0, {});
  const bool blanks = characters == nullptr || characters->is_none();
  const std::string* set = blanks ? nullptr : &text_of(c, *characters, "what is stripped");
  c.spend(text.size() * (set == nullptr ? 1 : set->size() + 1));
  return std::string(strip(text, set, side));
}

std::size_t word_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    if (is_blank(next_character(text, i))) return begin;
  }
  return text.size();
}

// str.split: at `separator`, at most `limit` times (negative: always); by blanks where there is no separator.
Value split(Context& c, std::string_view text, const Arguments& a) {
  const Value* given = a.find(0, "sep");
  const Value* most = a.find(1, "maxsplit");
  std::int64_t limit = most == nullptr ? -1 : integer_of(c, *most, "maxsplit");
  std::vector<Value> parts;
  const auto add = [&](std::string_view part) {
    c.spend(part.size() + 2 * sizeof(Value));
    parts.emplace_back(std::string(part));
  };
  if (given == nullptr || given->is_none()) {
    c.spend(text.size());
    for (text = strip(text, nullptr, Side::kLeft); !text.empty(); text = strip(text, nullptr, Side::kLeft)) {
      const std::size_t end = limit == 0 ? strip(text, nullptr, Side::kRight).size() : word_end(text);
      add(text.substr(0, end));
      text.remove_prefix(limit-- == 0 ? text.size() : end);
    }
    return c.make_list(std::move(parts));
  }
  const std::string& separator = text_of(c, *given, "a separator");
  if (separator.empty()) c.invalid("it splits at an empty text");
  c.spend(text.size() + separator.size());
  for (; limit != 0; --limit) {
    const std::size_t found = find_text(text, separator);
    if (found == std::string_view::npos) break;
    add(text.substr(0, found));
    text.remove_prefix(found + separator.size());
  }
  add(text);
  return c.make_list(std::move(parts));
}

Value split_lines(Context& c, std::string_view text) {
  std::vector<Value> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    c.spend(end + 2 * sizeof(Value));
    lines.emplace_back(std::string(text.substr(0, end)));
    const bool pair = text.substr(end, 2) == "\r\n";
    text.remove_prefix(std::min(end + (pair ? 2 : 1), text.size()));
  }
  return c.make_list(std::move(lines));
}

// startswith and endswith take one text, or a tuple of them.
Value edge(Context& c, const std::string& text, const Arguments& a, bool start) {
  const Value* given = a.find(0, {});
  if (given == nullptr || a.positional.size() > 1) c.unsupported("startswith or endswith with positions");
  const auto matches = [&](const Value& value) {
    const std::string& part = text_of(c, value, "a beginning or end");
    c.spend(part.size());
    return start ? text.starts_with(part) : text.ends_with(part);
  };
  if (given->list() == nullptr) return matches(*given);
  const auto& parts = given->list()->items;
  return std::any_of(parts.begin(), parts.end(), matches);
}

// In characters, as Python counts; -1 where nowhere.
Value position(Context& c, const std::string& text, const Arguments& a, bool last) {
  if (a.positional.size() > 1) c.unsupported("find with positions");
  const std::string part = optional_text(c, a, 0, "what to find");
  c.spend(text.size() + part.size());
  std::size_t found = find_text(text, part);
  for (std::size_t next = found; last && next != std::string::npos;) {
    c.spend(Context::kStep);
    found = next;
    next = find_text(text, part, next + 1);
  }
  if (found == std::string::npos) return std::int64_t{-1};
  return length(c, Value(text.substr(0, found)));
}

Value occurrences(Context& c, const std::string& text, const Arguments& a) {
  const std::string part = optional_text(c, a, 0, "what to count");
  if (part.empty()) c.unsupported("counting an empty text");
  c.spend(text.size() + part.size());
  std::int64_t count = 0;
  for (std::size_t at = find_text(text, part); at != std::string::npos; at = find_text(text, part, at + part.size())) {
    ++count;
  }
  return count;
}

Value joined(Context& c, const std::string& between, const Arguments& a) {
  const Value* items = a.find(0, {});
  if (items == nullptr) c.invalid("join lacks its texts");
  std::string out;
  bool first = true;
  for (const Value& item : elements(c, *items)) {
    const std::string& text = text_of(c, item, "what is joined");
    c.spend(text.size() + between.size());
    if (!first) out += between;
    first = false;
    out += text;
  }
  return out;
}

Value without_edge(Context& c, std::string_view text, const Arguments& a, bool start) {
  const std::string part = optional_text(c, a, 0, "what to remove");
  if (start && text.starts_with(part)) text.remove_prefix(part.size());
  if (!start && text.ends_with(part)) text.remove_suffix(part.size());
  c.spend(text.size());
  return std::string(text);
}

Value replace(Context& c, const std::string& text, const Arguments& a) {
  const Value* count = a.find(2, "count");
  return replaced(c, text, optional_text(c, a, 0, "what to replace"), optional_text(c, a, 1, "a replacement"),
                  count == nullptr ? -1 : integer_of(c, *count, "a count"));
}

using TextMethod = Value (*)(Context&, const std::string&, const Arguments&);
struct NamedMethod {
  std::string_view name;
  TextMethod method;  // null: known to Python, not to us
};

constexpr NamedMethod kTextMethods[] = {
    {"strip", [](Context& c, const std::string& t, const Arguments& a) { return stripped(c, t, a, Side::kBoth); }},
    {"lstrip", [](Context& c, const std::string& t, const Arguments& a) { return stripped(c, t, a, Side::kLeft); }},
    {"rstrip", [](Context& c, const std::string& t, const Arguments& a) { return stripped(c, t, a, Side::kRight); }},
    {"split", [](Context& c, const std::string& t, const Arguments& a) { return split(c, t, a); }},
    {"splitlines", [](Context& c, const std::string& t, const Arguments&) { return split_lines(c, t); }},
    {"startswith", [](Context& c, const std::string& t, const Arguments& a) { return edge(c, t, a, true); }},
    {"endswith", [](Context& c, const std::string& t, const Arguments& a) { return edge(c, t, a, false); }},
    {"upper", [](Context& c, const std::string& t, const Arguments&) { return Value(with_case(c, t, Case::kUpper)); }},
    {"lower", [](Context& c, const std::string& t, const Arguments&) { return Value(with_case(c, t, Case::kLower)); }},
    {"title", [](Context& c, const std::string& t, const Arguments&) { return Value(with_case(c, t, Case::kTitle)); }},
    {"capitalize",
     [](Context& c, const std::string& t, const Arguments&) { return Value(with_case(c, t, Case::kCapitalized)); }},
    {"replace", replace},
    {"find", [](Context& c, const std::string& t, const Arguments& a) { return position(c, t, a, false); }},
    {"rfind", [](Context& c, const std::string& t, const Arguments& a) { return position(c, t, a, true); }},
    {"count", occurrences},
    {"join", joined},
    {"removeprefix", [](Context& c, const std::string& t, const Arguments& a) { return without_edge(c, t, a, true); }},
    {"removesuffix", [](Context& c, const std::string& t, const Arguments& a) { return without_edge(c, t, a, false); }},
    {"format", nullptr},
    {"rsplit", nullptr},
    {"partition", nullptr},
    {"rpartition", nullptr},
    {"index", nullptr},
    {"isdigit", nullptr},
    {"isalpha", nullptr},
    {"isspace", nullptr},
    {"encode", nullptr},
    {"zfill", nullptr},
    {"center", nullptr},
    {"ljust", nullptr},
    {"rjust", nullptr},
};

constexpr std::string_view kDictMethods[] = {"items",  "keys",       "values", "get",  "pop",
                                             "update", "setdefault", "copy",   "clear"};
constexpr std::string_view kListMethods[] = {"append", "extend",  "insert", "pop",    "index", "count",
                                             "sort",   "reverse", "copy",   "remove", "clear"};

Value call_dict_method(Context& c, const Value& object, std::string_view name, const Arguments& a) {
  const Dict& dict = *object.dict();
  c.spend(dict.entries.size() * Context::kStep);
  if (name == "items") return apply_filter(c, "items", object, {});
  if (name == "keys") return c.make_list(elements(c, object));
  if (name == "values") {
    std::vector<Value> values;
    for (const auto& entry : dict.entries) values.push_back(entry.second);
    return c.make_list(std::move(values));
  }
  if (name == "get" && !a.positional.empty()) {
    const Value* found = a.positional[0].text() == nullptr ? nullptr : dict.find(*a.positional[0].text());
    if (found != nullptr) return *found;
    return a.positional.size() > 1 ? a.positional[1] : Value(None{});
  }
  c.unsupported(fmt::format("the dictionary method \"{:.40}\"", name));
}

}  // namespace

bool is_method(const Value& object, std::string_view name) {
  if (object.text() != nullptr) {
    return std::any_of(std::begin(kTextMethods), std::end(kTextMethods), [&](const auto& m) { return m.name == name; });
  }
  if (object.dict() != nullptr) {
    return !object.is_namespace() &&
           std::find(std::begin(kDictMethods), std::end(kDictMethods), name) != std::end(kDictMethods);
  }
  return object.list() != nullptr &&
         std::find(std::begin(kListMethods), std::end(kListMethods), name) != std::end(kListMethods);
}

Value call_method(Context& context, const Value& object, std::string_view name, const Arguments& arguments) {
  context.spend(Context::kStep);
  if (object.dict() != nullptr) return call_dict_method(context, object, name, arguments);
  if (object.text() != nullptr) {
    for (const NamedMethod& known : kTextMethods) {
      if (known.name == name && known.method != nullptr) return known.method(context, *object.text(), arguments);
    }
  }
  context.unsupported(fmt::format("the method \"{:.40}\" of {}", name, object.type_name()));
}

}  // namespace lectern::text::jinja
