// PowerPoint's .pptx (ECMA-376): slide by slide its title, its texts, its tables and the speaker's notes.
#include <map>
#include <string>
#include <vector>

#include "library/extract/archive.h"
#include "library/extract/markup.h"
#include "library/extract/office_package.h"
#include "library/extract/readers.h"

namespace lectern::library {
namespace {

class SlideReader : public MarkupReader {
 public:
  using MarkupReader::MarkupReader;

  void slide(const pugi::xml_node& root) {
    const auto shapes = shapes_of(root);
    level_ = 1;
    for (const auto& shape : shapes) {
      if (is_title(kind_of(shape))) blocks(shape);
    }
    level_ = 0;
    for (const auto& shape : shapes) {
      if (!is_title(kind_of(shape)) && !is_decoration(kind_of(shape))) blocks(shape);
    }
  }

  void speaker_notes(const pugi::xml_node& root) {
    for (const auto& shape : shapes_of(root)) {
      if (kind_of(shape) == "body") blocks(shape);
    }
  }

 private:
  Role role(const pugi::xml_node& node) const override {
    if (is_text(node)) return local_name(node.parent()) == "t" ? Role::kText : Role::kHidden;
    static const std::map<std::string_view, Role> kRoles = {
        {"p", Role::kParagraph}, {"tbl", Role::kTable},      {"tr", Role::kRow},     {"tc", Role::kCell},
        {"tab", Role::kSpace},   {"br", Role::kLineBreak},   {"fld", Role::kHidden}, {"pPr", Role::kHidden},
        {"rPr", Role::kHidden},  {"Fallback", Role::kHidden}};
    const auto found = kRoles.find(local_name(node));
    return found == kRoles.end() ? Role::kOther : found->second;
  }

  int heading_level(const pugi::xml_node&) const override { return level_; }

  // Shapes, and frames with tables; those of a group too.
  static std::vector<pugi::xml_node> shapes_of(const pugi::xml_node& root) {
    std::vector<pugi::xml_node> out;
    for (pugi::xml_node node = next_node(root, root); node;) {
      const bool shape = local_name(node) == "sp" || local_name(node) == "graphicFrame";
      if (shape) out.push_back(node);
      node = next_node(root, node, shape || local_name(node) == "Fallback");
    }
    return out;
  }

  // "title", "body", …; empty for a shape that fills no place of the layout.
  static std::string_view kind_of(const pugi::xml_node& shape) {
    const auto place = child_named(child_named(child_named(shape, "nvSpPr"), "nvPr"), "ph");
    return attribute_value(place, "type");
  }
  static bool is_title(std::string_view kind) { return kind == "title" || kind == "ctrTitle"; }
  static bool is_decoration(std::string_view kind) { return kind == "dt" || kind == "ftr" || kind == "sldNum"; }

  int level_ = 0;  // of the heading that the shape at hand is
};

class Presentation {
 public:
  explicit Presentation(std::string_view bytes) : archive_(bytes, "a PowerPoint presentation (.pptx)") {}

  Document read() {
    out_.title(stated_title(archive_));
    const std::string main = main_part(archive_, "ppt/presentation.xml");
    const std::string xml = archive_.needed_part(main);
    const Relations parts = relations_of(archive_, main);
    pugi::xml_document tree;
    parse_xml(tree, xml);
    int number = 0;
    for (const auto& entry : child_named(tree.document_element(), "sldIdLst").children()) {
      if (local_name(entry) != "sldId") continue;
      out_.page(++number);
      const auto found = parts.find(relation_id(entry));
      if (found != parts.end()) slide(found->second.target);
    }
    return out_.finish();
  }

 private:
  void slide(const std::string& name) {
    read_part(name, [&](const pugi::xml_node& root) { reader_.slide(root); });
    for (const auto& [id, relation] : relations_of(archive_, name)) {
      if (relation.type == "diagramData") {
        read_part(relation.target, [&](const pugi::xml_node& root) { reader_.blocks(root); });
      } else if (relation.type == "notesSlide") {
        read_part(relation.target, [&](const pugi::xml_node& root) { reader_.speaker_notes(root); });
      }
    }
  }

  template <typename F>
  void read_part(const std::string& name, F&& read) {
    const auto xml = archive_.part(name);
    if (!xml) return;
    pugi::xml_document tree;
    parse_xml(tree, *xml);
    read(tree.document_element());
  }

  Archive archive_;
  TextBuilder out_;
  SlideReader reader_{out_};
};

}  // namespace

Document read_pptx(std::string_view bytes) { return Presentation(bytes).read(); }

}  // namespace lectern::library
