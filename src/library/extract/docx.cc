// Word's .docx (ECMA-376): paragraphs, headings by style, tables row by row, footnotes.
#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "library/extract/archive.h"
#include "library/extract/markup.h"
#include "library/extract/office_package.h"
#include "library/extract/readers.h"

namespace lectern::library {
namespace {

struct Style {
  std::string name, based_on;
  int outline = 0;  // its level from 1; 0: none of its own
};

using Styles = std::map<std::string, Style, std::less<>>;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return out;
}

int digit_level(std::string_view digits) {
  return digits.size() == 1 && digits[0] >= '0' && digits[0] <= '8' ? digits[0] - '0' + 1 : 0;
}

int outline_level(const pugi::xml_node& properties) {
  return digit_level(attribute_value(child_named(properties, "outlineLvl"), "val"));
}

Styles read_styles(const std::optional<std::string>& part) {
  Styles styles;
  if (!part) return styles;
  pugi::xml_document tree;
  parse_xml(tree, *part);
  for (const auto& node : tree.document_element().children()) {
    if (local_name(node) != "style") continue;
    Style style;
    style.name = lower(attribute_value(child_named(node, "name"), "val"));
    style.based_on = attribute_value(child_named(node, "basedOn"), "val");
    style.outline = outline_level(child_named(node, "pPr"));
    styles.emplace(attribute_value(node, "styleId"), std::move(style));
  }
  return styles;
}

// From 1; 0 for a style that is none of a heading's. A title counts as the outermost heading.
int style_level(const Styles& styles, std::string_view id) {
  for (int hops = 0; hops < 10 && !id.empty(); ++hops) {
    const auto found = styles.find(id);
    if (found == styles.end()) return 0;
    const Style& style = found->second;
    if (style.outline > 0) return style.outline;
    if (style.name == "title") return 1;
    if (style.name.starts_with("heading ") && style.name.size() == 9) {
      if (const char digit = style.name[8]; digit >= '1' && digit <= '9') return digit - '0';
    }
    id = style.based_on;
  }
  return 0;
}

class WordReader : public MarkupReader {
 public:
  WordReader(TextBuilder& out, Styles styles) : MarkupReader(out), styles_(std::move(styles)) {}

 private:
  Role role(const pugi::xml_node& node) const override {
    if (is_text(node)) return local_name(node.parent()) == "t" ? Role::kText : Role::kHidden;
    static const std::map<std::string_view, Role> kRoles = {{"p", Role::kParagraph},
                                                            {"tbl", Role::kTable},
                                                            {"tr", Role::kRow},
                                                            {"tc", Role::kCell},
                                                            {"tab", Role::kSpace},
                                                            {"ptab", Role::kSpace},
                                                            {"br", Role::kLineBreak},
                                                            {"cr", Role::kLineBreak},
                                                            {"noBreakHyphen", Role::kHyphen},
                                                            // What Word does not show, or shows a second time.
                                                            {"del", Role::kHidden},
                                                            {"moveFrom", Role::kHidden},
                                                            {"Fallback", Role::kHidden},
                                                            {"instrText", Role::kHidden},
                                                            {"delText", Role::kHidden},
                                                            {"pPr", Role::kHidden},
                                                            {"rPr", Role::kHidden},
                                                            {"tblPr", Role::kHidden},
                                                            {"sectPr", Role::kHidden}};
    const auto found = kRoles.find(local_name(node));
    return found == kRoles.end() ? Role::kOther : found->second;
  }

  int heading_level(const pugi::xml_node& paragraph) const override {
    const auto properties = child_named(paragraph, "pPr");
    const int level = outline_level(properties);
    return level > 0 ? level : style_level(styles_, attribute_value(child_named(properties, "pStyle"), "val"));
  }

  Styles styles_;
};

}  // namespace

Document read_docx(std::string_view bytes) {
  Archive archive(bytes, "a Word document (.docx)");
  const std::string body = archive.needed_part("word/document.xml");
  TextBuilder out;
  out.title(stated_title(archive));
  WordReader reader(out, read_styles(archive.part("word/styles.xml")));
  pugi::xml_document tree;
  parse_xml(tree, body);
  reader.blocks(child_named(tree.document_element(), "body"));
  for (const char* notes : {"word/footnotes.xml", "word/endnotes.xml"}) {
    if (const auto part = archive.part(notes)) {
      parse_xml(tree, *part);
      reader.blocks(tree.document_element());
    }
  }
  return out.finish();
}

}  // namespace lectern::library
