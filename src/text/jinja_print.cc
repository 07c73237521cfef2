// How values are written: str(), repr() and json.dumps() of Python.
#include <fmt/format.h>
#include <unicode/uchar.h>

#include <charconv>
#include <cmath>

#include "text/jinja_value.h"
#include "text/utf8.h"

namespace lectern::text::jinja {
namespace {

std::string real_text(double number, bool json) {
  if (std::isnan(number)) return json ? "NaN" : "nan";
  if (std::isinf(number)) return std::string(number < 0 ? "-" : "") + (json ? "Infinity" : "inf");
  const double size = std::fabs(number);
  char buffer[40];
  const bool scientific = size != 0 && (size < 1e-4 || size >= 1e16);
  const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, format).ptr;
  std::string text(buffer, end);
  if (!scientific && text.find('.') == std::string::npos) text += ".0";
  return text;
}

std::string quoted_repr(const std::string& text) {
  const bool single = text.find('\'') != std::string::npos && text.find('"') == std::string::npos;
  const char quote = single ? '"' : '\'';
  std::string out(1, quote);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    const char32_t c = next_character(text, i);
    if (c == static_cast<char32_t>(quote) || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == ' ' || u_isgraph(static_cast<UChar32>(c))) {
      out += text.substr(begin, i - begin);
    } else {
      const auto code = static_cast<unsigned>(c);
      out += code < 0x100     ? fmt::format("\\x{:02x}", code)
             : code < 0x10000 ? fmt::format("\\u{:04x}", code)
                              : fmt::format("\\U{:08x}", code);
    }
  }
  return out + quote;
}

std::string quoted_json(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (byte < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

class JsonWriter {
 public:
  explicit JsonWriter(int indent) : indent_(indent) {}

  std::string write(const Value& value, int level) const {
    if (value.list() != nullptr) return write_list(*value.list(), level);
    if (value.dict() != nullptr) return write_dict(*value.dict(), level);
    if (value.text() != nullptr) return quoted_json(*value.text());
    if (value.boolean() != nullptr) return *value.boolean() ? "true" : "false";
    if (value.real() != nullptr) return real_text(*value.real(), true);
    return value.is_none() || value.is_undefined() ? "null" : to_text(value);
  }

 private:
  std::string separator(int level) const {
    return indent_ < 0 ? ", " : ",\n" + std::string(static_cast<std::size_t>(indent_ * level), ' ');
  }
  std::string border(int level) const {
    return indent_ < 0 ? "" : "\n" + std::string(static_cast<std::size_t>(indent_ * level), ' ');
  }
  std::string write_list(const List& list, int level) const {
    if (list.items.empty()) return "[]";
    std::string out;
    for (const Value& item : list.items) out += (out.empty() ? "" : separator(level + 1)) + write(item, level + 1);
    return "[" + border(level + 1) + out + border(level) + "]";
  }
  std::string write_dict(const Dict& dict, int level) const {
    if (dict.entries.empty()) return "{}";
    std::string out;
    for (const auto& [key, item] : dict.entries) {
      out += (out.empty() ? "" : separator(level + 1)) + quoted_json(key) + ": " + write(item, level + 1);
    }
    return "{" + border(level + 1) + out + border(level) + "}";
  }

  int indent_;
};

}  // namespace

std::string to_text(const Value& value) {
  if (value.text() != nullptr) return *value.text();
  return value.is_undefined() ? std::string() : to_repr(value);
}

std::string to_repr(const Value& value) {
  if (value.is_undefined()) return "Undefined";
  if (value.is_none()) return "None";
  if (value.boolean() != nullptr) return *value.boolean() ? "True" : "False";
  if (value.integer() != nullptr) return std::to_string(*value.integer());
  if (value.real() != nullptr) return real_text(*value.real(), false);
  if (value.text() != nullptr) return quoted_repr(*value.text());
  std::string out;
  if (value.list() != nullptr) {
    for (const Value& item : value.list()->items) out += (out.empty() ? "" : ", ") + to_repr(item);
    if (!value.list()->is_tuple) return "[" + out + "]";
    return "(" + out + (value.list()->items.size() == 1 ? ",)" : ")");
  }
  if (value.dict() != nullptr) {
    for (const auto& [key, item] : value.dict()->entries) {
      out += (out.empty() ? "" : ", ") + quoted_repr(key) + ": " + to_repr(item);
    }
    return "{" + out + "}";
  }
  return "<function>";
}

std::string to_json(const Value& value, int indent) { return JsonWriter(indent).write(value, 0); }

}  // namespace lectern::text::jinja
