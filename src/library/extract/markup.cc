#include "library/extract/markup.h"

#include "library/extract/encoding.h"

namespace lectern::library {
namespace {

constexpr int kMaxTableDepth = 16;

}  // namespace

void MarkupReader::blocks(const pugi::xml_node& root, int depth) {
  for (pugi::xml_node node = next_node(root, root); node;) {
    const Role what = role(node);
    if (what == Role::kParagraph) paragraph(node);
    if (what == Role::kTable && depth < kMaxTableDepth) table(node, depth);
    if (what == Role::kNote) notes_.push_back(node);
    if (what == Role::kText) out_.text(clean_text(node.value()));  // of a cell or an item without paragraphs
    const bool done = what == Role::kParagraph || what == Role::kTable || what == Role::kNote || what == Role::kHidden;
    node = next_node(root, node, done);
  }
}

void MarkupReader::notes() {
  for (std::size_t i = 0; i < notes_.size(); ++i) {  // a note may have notes
    const pugi::xml_node note = notes_[i];
    blocks(note, 0);
  }
  notes_.clear();
}

void MarkupReader::paragraph(const pugi::xml_node& root) {
  const int level = in_cell_ ? 0 : heading_level(root);
  if (level > 0) {
    out_.begin_heading(level);
  } else {
    in_cell_ ? out_.text(" ") : out_.paragraph();
  }
  runs(root);
  if (level > 0) out_.end_heading();
  if (!in_cell_) out_.paragraph();
}

void MarkupReader::runs(const pugi::xml_node& root) {
  for (pugi::xml_node node = next_node(root, root); node;) {
    const Role what = role(node);
    if (what == Role::kText) out_.text(clean_text(node.value()));
    if (what == Role::kSpace || what == Role::kParagraph) out_.text(" ");  // a paragraph of a text box inside
    if (what == Role::kLineBreak) in_cell_ ? out_.text(" ") : out_.line_break();
    if (what == Role::kHyphen) out_.text("-");
    if (what == Role::kNote) notes_.push_back(node);
    node = next_node(root, node, what == Role::kHidden || what == Role::kNote);
  }
}

void MarkupReader::table(const pugi::xml_node& root, int depth) {
  const bool outer = !in_cell_;
  if (outer) out_.paragraph();
  for (pugi::xml_node node = next_node(root, root); node;) {
    const Role what = role(node);
    if (what == Role::kRow) outer ? out_.line_break() : out_.text(" ");
    if (what == Role::kCell) cell(node, depth, outer);
    node = next_node(root, node, what == Role::kCell || what == Role::kHidden);
  }
  if (outer) out_.paragraph();
}

void MarkupReader::cell(const pugi::xml_node& root, int depth, bool outer) {
  outer ? out_.tab() : out_.text(" ");
  in_cell_ = true;
  blocks(root, depth + 1);
  in_cell_ = !outer;
}

}  // namespace lectern::library
