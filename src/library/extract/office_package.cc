#include "library/extract/office_package.h"

#include "library/extract/encoding.h"

namespace lectern::library {
namespace {

std::string relations_part(const std::string& part) {
  const std::size_t slash = part.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return part.substr(0, name) + "_rels/" + part.substr(name) + ".rels";
}

}  // namespace

Relations relations_of(Archive& archive, const std::string& part) {
  Relations out;
  const auto xml = archive.part(relations_part(part));
  if (!xml) return out;
  pugi::xml_document tree;
  parse_xml(tree, *xml);
  for (const auto& node : tree.document_element().children()) {
    if (attribute_value(node, "TargetMode") == "External") continue;
    std::string type(attribute_value(node, "Type"));
    type.erase(0, type.rfind('/') + 1);
    out.emplace(attribute_value(node, "Id"), Relation{type, resolve_reference(part, attribute_value(node, "Target"))});
  }
  return out;
}

std::string target_of(const Relations& relations, std::string_view type) {
  for (const auto& [id, relation] : relations) {
    if (relation.type == type) return relation.target;
  }
  return {};
}

std::string main_part(Archive& archive, std::string_view usual) {
  std::string named = target_of(relations_of(archive, ""), "officeDocument");
  return named.empty() ? std::string(usual) : named;
}

std::string_view relation_id(const pugi::xml_node& node) {
  for (const auto& attribute : node.attributes()) {
    if (local_name(attribute) == "id" && std::string_view(attribute.name()) != "id") return attribute.value();
  }
  return {};
}

std::string stated_title(Archive& archive) {
  const auto core = archive.part("docProps/core.xml");
  if (!core) return {};
  pugi::xml_document tree;
  parse_xml(tree, *core);
  return clean_text(child_named(tree.document_element(), "title").text().get());
}

}  // namespace lectern::library
