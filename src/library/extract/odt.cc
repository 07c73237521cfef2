// OpenDocument text (OASIS ODF 1.3): what LibreOffice writes.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>

#include "library/extract/archive.h"
#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/markup.h"
#include "library/extract/readers.h"

namespace lectern::library {
namespace {

class OpenDocumentReader : public MarkupReader {
 public:
  using MarkupReader::MarkupReader;

 private:
  Role role(const pugi::xml_node& node) const override {
    if (is_text(node)) return Role::kText;
    static const std::map<std::string_view, Role> kRoles = {{"p", Role::kParagraph},
                                                            {"h", Role::kParagraph},
                                                            {"table", Role::kTable},
                                                            {"table-row", Role::kRow},
                                                            {"table-cell", Role::kCell},
                                                            {"s", Role::kSpace},
                                                            {"tab", Role::kSpace},
                                                            {"line-break", Role::kLineBreak},
                                                            {"note", Role::kNote},
                                                            {"note-citation", Role::kHidden},
                                                            {"annotation", Role::kHidden},
                                                            {"tracked-changes", Role::kHidden},
                                                            {"sequence-decls", Role::kHidden},
                                                            {"ruby-text", Role::kHidden},
                                                            {"forms", Role::kHidden},
                                                            {"desc", Role::kHidden}};
    const auto found = kRoles.find(local_name(node));
    return found == kRoles.end() ? Role::kOther : found->second;
  }

  int heading_level(const pugi::xml_node& paragraph) const override {
    const bool title = attribute_value(paragraph, "style-name") == "Title";
    if (local_name(paragraph) != "h") return title ? 1 : 0;
    return std::max(std::atoi(std::string(attribute_value(paragraph, "outline-level")).c_str()), 1);
  }
};

void take_title(Archive& archive, TextBuilder& out) {
  const auto part = archive.part("meta.xml");
  if (!part) return;
  pugi::xml_document tree;
  parse_xml(tree, *part);
  const auto meta = child_named(tree.document_element(), "meta");
  out.title(clean_text(child_named(meta, "title").text().get()));
}

}  // namespace

Document read_odt(std::string_view bytes) {
  Archive archive(bytes, "an OpenDocument text (.odt)");
  if (const auto manifest = archive.part("META-INF/manifest.xml");
      manifest && manifest->find("encryption-data") != std::string::npos) {
    throw ExtractFailure("is encrypted: remove its password");
  }
  const std::string content = archive.needed_part("content.xml");
  TextBuilder out;
  take_title(archive, out);
  pugi::xml_document tree;
  parse_xml(tree, content);
  OpenDocumentReader reader(out);
  reader.blocks(child_named(tree.document_element(), "body"));
  reader.notes();
  return out.finish();
}

}  // namespace lectern::library
