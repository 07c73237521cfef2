// Excel's .xlsx (ECMA-376): sheet by sheet its rows, values as they are shown where that says more than the number.
#include <charconv>
#include <map>
#include <string>
#include <vector>

#include "library/extract/archive.h"
#include "library/extract/encoding.h"
#include "library/extract/number_format.h"
#include "library/extract/office_package.h"
#include "library/extract/readers.h"
#include "library/extract/sheet.h"

namespace lectern::library {
namespace {

constexpr int kMaxColumns = 16384;  // Excel's own

// The text of a shared or inline string, without the reading aids of Asian scripts.
std::string string_item(const pugi::xml_node& root) {
  std::string out;
  for (pugi::xml_node node = next_node(root, root); node; node = next_node(root, node, local_name(node) == "rPh")) {
    if (is_text(node) && local_name(node.parent()) == "t") out += node.value();
  }
  return clean_text(out);
}

// "BC7" is column 54; -1 where that is no cell's name.
int column_of(std::string_view reference) {
  int column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + (c - 'A' + 1);
    if (column > kMaxColumns) return -1;
  }
  return column - 1;
}

std::size_t index_of(std::string_view digits) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() ? value : static_cast<std::size_t>(-1);
}

class Workbook {
 public:
  explicit Workbook(std::string_view bytes) : archive_(bytes, "an Excel workbook (.xlsx)") {}

  Document read() {
    out_.title(stated_title(archive_));
    const std::string main = main_part(archive_, "xl/workbook.xml");
    const std::string xml = archive_.needed_part(main);
    const Relations parts = relations_of(archive_, main);
    pugi::xml_document tree;
    parse_xml(tree, xml);
    const auto settings = attribute_value(child_named(tree.document_element(), "workbookPr"), "date1904");
    since_1904_ = settings == "1" || settings == "true";
    read_strings(target_of(parts, "sharedStrings"));
    read_formats(target_of(parts, "styles"));
    for (const auto& sheet : child_named(tree.document_element(), "sheets").children()) {
      const auto found = parts.find(relation_id(sheet));
      if (found == parts.end() || found->second.type != "worksheet") continue;
      const auto rows = read_rows(found->second.target);
      if (rows.empty()) continue;
      out_.begin_heading(1);
      out_.text(clean_text(attribute_value(sheet, "name")));
      out_.end_heading();
      append_sheet(rows, out_);
    }
    return out_.finish();
  }

 private:
  void read_strings(const std::string& name) {
    const auto xml = archive_.part(name);
    if (!xml) return;
    pugi::xml_document tree;
    parse_xml(tree, *xml);
    for (const auto& item : tree.document_element().children()) strings_.push_back(string_item(item));
  }

  void read_formats(const std::string& name) {
    const auto xml = archive_.part(name);
    if (!xml) return;
    pugi::xml_document tree;
    parse_xml(tree, *xml);
    std::map<std::size_t, std::string> codes;
    for (const auto& format : child_named(tree.document_element(), "numFmts").children()) {
      codes.emplace(index_of(attribute_value(format, "numFmtId")), attribute_value(format, "formatCode"));
    }
    for (const auto& style : child_named(tree.document_element(), "cellXfs").children()) {
      const std::size_t id = index_of(attribute_value(style, "numFmtId"));
      const auto own = codes.find(id);
      formats_.push_back(own == codes.end() ? built_in_format(id) : number_format(own->second));
    }
  }

  std::vector<Row> read_rows(const std::string& name) {
    std::vector<Row> rows;
    const auto xml = archive_.part(name);
    if (!xml) return rows;
    pugi::xml_document tree;
    parse_xml(tree, *xml);
    for (const auto& row : child_named(tree.document_element(), "sheetData").children()) {
      Row cells;
      int column = -1;
      for (const auto& cell : row.children()) {
        if (local_name(cell) != "c") continue;
        const auto reference = attribute_value(cell, "r");
        column = reference.empty() ? column + 1 : column_of(reference);
        std::string text = one_line(value(cell));
        if (column >= 0 && !text.empty()) cells.push_back({column, std::move(text)});
      }
      if (!cells.empty()) rows.push_back(std::move(cells));
    }
    return rows;
  }

  std::string value(const pugi::xml_node& cell) const {
    const auto type = attribute_value(cell, "t");
    if (type == "inlineStr") return string_item(child_named(cell, "is"));
    const std::string_view stored = child_named(cell, "v").text().get();
    if (type == "s") {
      const std::size_t index = index_of(stored);
      return index < strings_.size() ? strings_[index] : std::string();
    }
    if (type == "b") return stored == "1" ? "TRUE" : "FALSE";
    if (type == "str" || type == "e" || type == "d") return clean_text(stored);
    const std::size_t style = index_of(attribute_value(cell, "s"));
    return shown_number(stored, style < formats_.size() ? formats_[style] : NumberFormat::kPlain, since_1904_);
  }

  Archive archive_;
  TextBuilder out_;
  std::vector<std::string> strings_;
  std::vector<NumberFormat> formats_;  // by a cell's style
  bool since_1904_ = false;
};

}  // namespace

Document read_xlsx(std::string_view bytes) { return Workbook(bytes).read(); }

}  // namespace lectern::library
