#include "library/extract/xml_entities.h"

#include <algorithm>
#include <set>
#include <string>

#include "library/extract/failure.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMaxDeclared = 10000;  // entities; more than any real document type has

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view name_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_name(text[end])) ++end;
  return text.substr(at, end - at);
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

// The names that <!ENTITY NAME …> and <!ENTITY % NAME …> declare.
std::set<std::string_view> declared_entities(std::string_view text) {
  std::set<std::string_view> names;
  constexpr std::string_view kDeclaration = "<!ENTITY";
  for (std::size_t at = text.find(kDeclaration); at != std::string_view::npos && names.size() < kMaxDeclared;
       at = text.find(kDeclaration, at + 1)) {
    std::size_t name = skip_spaces(text, at + kDeclaration.size());
    if (name < text.size() && text[name] == '%') name = skip_spaces(text, name + 1);
    names.insert(name_at(text, name));
  }
  return names;
}

// Passes over what begins with `open` at `at`, to just behind `close`; false where it does not begin there.
bool skip_section(std::string_view text, std::size_t& at, std::string_view open, std::string_view close) {
  if (!text.substr(at).starts_with(open)) return false;
  const std::size_t end = text.find(close, at + open.size());
  at = end == std::string_view::npos ? text.size() : end + close.size();
  return true;
}

}  // namespace

void refuse_entities(std::string_view text) {
  const auto declared = declared_entities(text);
  if (declared.empty()) return;
  for (std::size_t at = 0; at < text.size();) {
    if (skip_section(text, at, "<!--", "-->") || skip_section(text, at, "<![CDATA[", "]]>")) continue;
    if (text[at++] != '&') continue;
    const auto name = name_at(text, at);
    if (declared.contains(name) && at + name.size() < text.size() && text[at + name.size()] == ';') {
      throw ExtractFailure("uses the entity \"" + std::string(name.substr(0, 80)) +
                           "\", which its document type declares: Lectern expands no entities. Save it with the "
                           "entities replaced");
    }
  }
}

}  // namespace lectern::library
