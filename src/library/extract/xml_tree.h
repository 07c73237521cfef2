// What the readers of XML share.
#pragma once

#include <pugixml.hpp>
#include <string_view>

namespace lectern::library {

/// "w:p" to "p": prefixes differ between programs.
std::string_view local_name(const pugi::xml_node& node);
std::string_view local_name(const pugi::xml_attribute& attribute);
std::string_view attribute_value(const pugi::xml_node& node, std::string_view name);
bool is_text(const pugi::xml_node& node);  // or CDATA
/// The first child element of that local name; an empty node where there is none.
pugi::xml_node child_named(const pugi::xml_node& node, std::string_view name);

/// The next node in the order of the document below `root`; `skip_children` passes over what is inside `node`.
pugi::xml_node next_node(const pugi::xml_node& root, const pugi::xml_node& node, bool skip_children = false);

/// No entity is expanded but XML's own five and numeric ones; see xml_entities.h.
void parse_xml(pugi::xml_document& tree, std::string_view utf8);  // throws ExtractFailure

}  // namespace lectern::library
