// What filters, tests, methods and operators share.
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstring>

#include "core/letters.h"
#include "text/jinja_builtins.h"
#include "text/utf8.h"

namespace lectern::text::jinja {
namespace {

bool is_number(const Value& value) {
  return value.boolean() != nullptr || value.integer() != nullptr || value.real() != nullptr;
}

double number_of(const Value& value) {
  if (value.boolean() != nullptr) return *value.boolean() ? 1 : 0;
  return value.integer() != nullptr ? static_cast<double>(*value.integer()) : *value.real();
}

std::int64_t whole_of(const Value& value) {
  return value.boolean() != nullptr ? (*value.boolean() ? 1 : 0) : *value.integer();
}

bool equal_dicts(Context& context, const Dict& left, const Dict& right) {
  if (left.entries.size() != right.entries.size()) return false;
  for (const auto& [key, value] : left.entries) {
    context.spend(right.entries.size() * Context::kStep);
    const Value* other = right.find(key);
    if (other == nullptr || !equal(context, value, *other)) return false;
  }
  return true;
}

}  // namespace

bool equal(Context& context, const Value& left, const Value& right) {
  context.spend(Context::kStep);
  if (is_number(left) && is_number(right)) {
    if (left.real() == nullptr && right.real() == nullptr) return whole_of(left) == whole_of(right);
    return number_of(left) == number_of(right);
  }
  if (left.text() != nullptr && right.text() != nullptr) {
    context.spend(std::min(left.text()->size(), right.text()->size()));
    return *left.text() == *right.text();
  }
  if (left.list() != nullptr && right.list() != nullptr) {
    const auto& a = left.list()->items;
    const auto& b = right.list()->items;
    bool same = a.size() == b.size() && left.list()->is_tuple == right.list()->is_tuple;
    for (std::size_t i = 0; same && i < a.size(); ++i) same = equal(context, a[i], b[i]);
    return same;
  }
  if (left.dict() != nullptr && right.dict() != nullptr) {
    return left.dict() == right.dict() || equal_dicts(context, *left.dict(), *right.dict());
  }
  return (left.is_none() && right.is_none()) || (left.is_undefined() && right.is_undefined());
}

bool less(Context& context, const Value& left, const Value& right) {
  if (is_number(left) && is_number(right)) {
    if (left.real() == nullptr && right.real() == nullptr) return whole_of(left) < whole_of(right);
    return number_of(left) < number_of(right);
  }
  if (left.text() == nullptr || right.text() == nullptr) {
    context.invalid("it orders " + left.type_name() + " and " + right.type_name());
  }
  context.spend(std::min(left.text()->size(), right.text()->size()));
  return *left.text() < *right.text();
}

bool contains(Context& context, const Value& container, const Value& item) {
  if (container.text() != nullptr) {
    const std::string& part = text_of(context, item, "what is looked for in a text");
    context.spend(container.text()->size() + part.size());
    return find_text(*container.text(), part) != std::string_view::npos;
  }
  if (container.dict() != nullptr) {
    context.spend(container.dict()->entries.size() * Context::kStep);
    return item.text() != nullptr && container.dict()->find(*item.text()) != nullptr;
  }
  if (container.is_undefined()) return false;
  if (container.list() == nullptr) context.invalid("it looks for a value in " + container.type_name());
  for (const Value& other : container.list()->items) {
    if (equal(context, other, item)) return true;
  }
  return false;
}

std::vector<Value> elements(Context& context, const Value& value) {
  std::vector<Value> items;
  if (value.list() != nullptr) {
    context.spend(value.list()->items.size() * sizeof(Value));
    return value.list()->items;
  }
  if (value.dict() != nullptr && !value.is_namespace()) {
    for (const auto& entry : value.dict()->entries) {
      context.spend(sizeof(Value) + entry.first.size());
      items.emplace_back(entry.first);
    }
  } else if (value.text() != nullptr) {
    const std::string_view text = *value.text();
    context.spend(text.size() * 2 * sizeof(Value));
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t begin = i;
      next_character(text, i);
      items.emplace_back(std::string(text.substr(begin, i - begin)));
    }
  } else if (!value.is_undefined()) {
    context.invalid("it goes through " + value.type_name() + ", which has no elements");
  }
  return items;
}

Value attribute(Context& context, const Value& object, std::string_view name) {
  context.spend(Context::kStep);
  if (object.is_undefined()) {
    context.invalid("it takes \"" + std::string(name) + "\" of " + object.undefined()->what + ", which is undefined");
  }
  if (object.dict() != nullptr) {
    context.spend(object.dict()->entries.size());
    const Value* value = object.dict()->find(name);
    if (value != nullptr) return *value;
  }
  if (is_method(object, name)) context.unsupported("the method \"" + std::string(name) + "\" without a call");
  return Undefined{"\"" + std::string(name) + "\""};
}

std::int64_t length(Context& context, const Value& value) {
  if (value.is_undefined()) return 0;
  if (value.list() != nullptr) return static_cast<std::int64_t>(value.list()->items.size());
  if (value.dict() != nullptr) return static_cast<std::int64_t>(value.dict()->entries.size());
  const std::string& text = text_of(context, value, "what is measured");
  context.spend(text.size());
  return static_cast<std::int64_t>(count_characters(text));
}

const std::string& text_of(const Context& context, const Value& value, std::string_view what) {
  if (value.text() == nullptr) context.invalid(std::string(what) + " is " + value.type_name() + ", not a text");
  return *value.text();
}

std::int64_t integer_of(const Context& context, const Value& value, std::string_view what) {
  if (value.integer() == nullptr && value.boolean() == nullptr) {
    context.invalid(std::string(what) + " is " + value.type_name() + ", not a whole number");
  }
  return whole_of(value);
}

std::size_t find_text(std::string_view text, std::string_view part, std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  if (part.empty()) return from;
  const void* found = ::memmem(text.data() + from, text.size() - from, part.data(), part.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool is_blank(char32_t c) {
  return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

std::string_view strip(std::string_view text, const std::string* characters, Side side) {
  const auto stripped = [&](std::string_view character) {
    if (characters != nullptr) return characters->find(character) != std::string::npos;
    std::size_t i = 0;
    return is_blank(next_character(character, i));
  };
  while (side != Side::kRight && !text.empty()) {
    std::size_t end = 0;
    next_character(text, end);
    if (!stripped(text.substr(0, end))) break;
    text.remove_prefix(end);
  }
  while (side != Side::kLeft && !text.empty()) {
    std::size_t begin = text.size() - 1;
    while ((static_cast<unsigned char>(text[begin]) & 0xc0u) == 0x80u) --begin;
    if (!stripped(text.substr(begin))) break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

std::string replaced(Context& context, std::string_view text, std::string_view from, std::string_view to,
                     std::int64_t count) {
  if (from.empty()) context.unsupported("replacing an empty text");
  context.spend(text.size() + from.size());
  std::string out;
  std::size_t at = 0;
  for (; count != 0; --count) {
    const std::size_t found = find_text(text, from, at);
    if (found == std::string_view::npos) break;
    context.spend(to.size() + Context::kStep);
    out += text.substr(at, found - at);
    out += to;
    at = found + from.size();
  }
  out += text.substr(at);
  return out;
}

std::string with_case(Context& context, const std::string& text, Case letters) {
  context.spend(4 * text.size());
  icu::UnicodeString value = icu::UnicodeString::fromUTF8(text);
  const icu::Locale& root = icu::Locale::getRoot();
  if (letters == Case::kUpper) {
    value.toUpper(root);
  } else if (letters == Case::kLower) {
    value.toLower(root);
  } else {
    bool begins = true;  // of the text, or of a word
    icu::UnicodeString out;
    for (int32_t i = 0; i < value.length(); i = value.moveIndex32(i, 1)) {
      icu::UnicodeString one(value.char32At(i));
      out += begins ? one.toTitle(nullptr, root) : one.toLower(root);
      begins = letters == Case::kTitle && !u_isalpha(value.char32At(i));
    }
    value = out;
  }
  std::string out;
  value.toUTF8String(out);
  return out;
}

}  // namespace lectern::text::jinja
