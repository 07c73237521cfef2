#include "library/extract/xml_tree.h"

#include <string>

#include "library/extract/failure.h"
#include "library/extract/xml_entities.h"

namespace lectern::library {
namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

std::string_view local_name(const pugi::xml_node& node) { return without_prefix(node.name()); }
std::string_view local_name(const pugi::xml_attribute& attribute) { return without_prefix(attribute.name()); }

bool is_text(const pugi::xml_node& node) { return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata; }

std::string_view attribute_value(const pugi::xml_node& node, std::string_view name) {
  for (const auto& attribute : node.attributes()) {
    if (local_name(attribute) == name) return attribute.value();
  }
  return {};
}

pugi::xml_node child_named(const pugi::xml_node& node, std::string_view name) {
  for (const auto& child : node.children()) {
    if (child.type() == pugi::node_element && local_name(child) == name) return child;
  }
  return {};
}

pugi::xml_node next_node(const pugi::xml_node& root, const pugi::xml_node& node, bool skip_children) {
  if (!skip_children && node.first_child()) return node.first_child();
  for (pugi::xml_node up = node; up && up != root; up = up.parent()) {
    if (up.next_sibling()) return up.next_sibling();
  }
  return {};
}

void parse_xml(pugi::xml_document& tree, std::string_view utf8) {
  refuse_entities(utf8);
  const auto result =
      tree.load_buffer(utf8.data(), utf8.size(), pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
  if (result.status == pugi::status_out_of_memory) throw std::bad_alloc();
  if (!result) {
    throw ExtractFailure("is not well-formed XML: " + std::string(result.description()) + " at byte " +
                         std::to_string(result.offset));
  }
}

}  // namespace lectern::library
