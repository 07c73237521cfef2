// How the parts of a .docx, .pptx or .xlsx refer to each other (ECMA-376 part 2, relationships).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "library/extract/archive.h"
#include "library/extract/xml_tree.h"

namespace lectern::library {

struct Relation {
  std::string type;    // the last word of its type's URI: "slide"
  std::string target;  // a part's name
};

/// By id. What is outside the archive is left out.
using Relations = std::map<std::string, Relation, std::less<>>;

/// Of the part of that name; of the whole archive where `part` is empty.
Relations relations_of(Archive& archive, const std::string& part);
/// The first of that type; empty where there is none.
std::string target_of(const Relations& relations, std::string_view type);
/// The part that the whole archive is about; `usual` where the archive does not name one.
std::string main_part(Archive& archive, std::string_view usual);
/// The attribute "r:id", which may stand beside one that is called "id" alone.
std::string_view relation_id(const pugi::xml_node& node);
/// The title that the document's properties state; may be empty.
std::string stated_title(Archive& archive);

}  // namespace lectern::library
