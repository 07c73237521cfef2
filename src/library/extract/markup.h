// What .docx, .odt and .pptx have in common: paragraphs, tables and notes in XML, under different names.
#pragma once

#include <string_view>
#include <vector>

#include "library/extract/text_builder.h"
#include "library/extract/xml_tree.h"

namespace lectern::library {

/// What a node is to a reader of the text.
enum class Role {
  kOther,  // looked into
  kParagraph,
  kTable,
  kRow,
  kCell,
  kText,  // a text node that is shown
  kSpace,
  kLineBreak,
  kHyphen,
  kNote,    // read behind the text that it belongs to
  kHidden,  // passed over, with all inside
};

/// Walks a tree without recursion but for tables within tables: documents nest as deep as their author likes.
class MarkupReader {
 public:
  explicit MarkupReader(TextBuilder& out) : out_(out) {}
  virtual ~MarkupReader() = default;

  /// Paragraphs and tables below `root`, whatever wraps them.
  void blocks(const pugi::xml_node& root) { blocks(root, 0); }
  /// The notes that `blocks` met. The tree must still be there.
  void notes();

 protected:
  virtual Role role(const pugi::xml_node& node) const = 0;
  virtual int heading_level(const pugi::xml_node& paragraph) const = 0;  // from 1; 0 where it is no heading

 private:
  void blocks(const pugi::xml_node& root, int depth);
  void paragraph(const pugi::xml_node& root);
  void runs(const pugi::xml_node& root);
  void table(const pugi::xml_node& root, int depth);
  void cell(const pugi::xml_node& root, int depth, bool outer);

  TextBuilder& out_;
  std::vector<pugi::xml_node> notes_;
  bool in_cell_ = false;
};

}  // namespace lectern::library
