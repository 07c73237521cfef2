#include <algorithm>
#include <set>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"
#include "library/extract/xml_tree.h"

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

// Expansion is how a few hundred bytes become gigabytes, or another file's content; nothing is expanded, and a
// document that relies on it is refused rather than read with holes.
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

std::string declared_encoding(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, std::min<std::size_t>(bytes.find("?>"), 200));
  if (!head.starts_with("<?xml")) return {};
  std::size_t at = head.find("encoding");
  if (at == std::string_view::npos) return {};
  at = head.find_first_of("\"'", at);
  if (at == std::string_view::npos) return {};
  return std::string(name_at(head, at + 1));
}

bool is_space(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool is_text(const pugi::xml_node& node) { return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata; }

bool has_own_text(const pugi::xml_node& node) {
  return std::any_of(node.begin(), node.end(),
                     [](const auto& child) { return is_text(child) && !is_space(child.value()); });
}

// A title as DocBook, TEI, JATS and XHTML write it; its level is how deep the part that it names is.
int heading_level(const pugi::xml_node& node, int depth) {
  const auto name = local_name(node);
  if (name == "title" || name == "head" || name == "heading") return std::max(depth, 1);
  if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') return name[1] - '0';
  return 0;
}

// An element with text of its own is a paragraph, with all that is inside; others are looked into.
class XmlWalker {
 public:
  Document walk(const pugi::xml_document& tree) {
    pugi::xml_node node = tree.first_child();
    int depth = 0;
    while (node) {
      const bool whole = node.type() == pugi::node_element && has_own_text(node);
      if (whole) element(node, depth);
      node = step(node, whole, depth);
    }
    return out_.finish();
  }

 private:
  static pugi::xml_node step(pugi::xml_node node, bool skip_children, int& depth) {
    if (!skip_children && node.first_child()) {
      ++depth;
      return node.first_child();
    }
    for (; node; node = node.parent(), --depth) {
      if (node.next_sibling()) return node.next_sibling();
    }
    return {};
  }

  void element(const pugi::xml_node& root, int depth) {
    const int level = heading_level(root, depth);
    level > 0 ? out_.begin_heading(level) : out_.paragraph();
    for (pugi::xml_node node = next_node(root, root); node; node = next_node(root, node)) {
      if (is_text(node)) out_.text(node.value());
    }
    level > 0 ? out_.end_heading() : out_.paragraph();
  }

  TextBuilder out_;
};

}  // namespace

Document read_xml(std::string_view bytes) {
  const std::string text = decode_text(bytes, declared_encoding(bytes));
  refuse_entities(text);
  pugi::xml_document tree;
  parse_xml(tree, text);
  if (!tree.document_element()) throw ExtractFailure("is not XML: it has no element");
  return XmlWalker().walk(tree);
}

}  // namespace lectern::library
