#include <algorithm>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"
#include "library/extract/xml_tree.h"

namespace lectern::library {
namespace {

std::string declared_encoding(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, std::min<std::size_t>(bytes.find("?>"), 200));
  if (!head.starts_with("<?xml")) return {};
  std::size_t at = head.find("encoding");
  if (at == std::string_view::npos) return {};
  at = head.find_first_of("\"'", at);
  if (at == std::string_view::npos) return {};
  const std::string_view value = head.substr(at + 1);
  return std::string(value.substr(0, value.find_first_of("\"'")));
}

bool is_space(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

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
  pugi::xml_document tree;
  parse_xml(tree, text);
  if (!tree.document_element()) throw ExtractFailure("is not XML: it has no element");
  return XmlWalker().walk(tree);
}

}  // namespace lectern::library
