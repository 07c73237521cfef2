#include "library/extract/sheet.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>

namespace lectern::library {
namespace {

constexpr std::size_t kMaxName = 80;       // bytes of a column's name
constexpr std::size_t kRowsLookedAt = 50;  // below a row that may hold names

// "1,250.00 €", "-3", "2024-05-01", "12:30", "80%"
bool is_number(std::string_view text) {
  std::size_t digits = 0, others = 0;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    digits += c >= '0' && c <= '9';
    others += letter || static_cast<unsigned char>(c) >= 0x80;
  }
  return digits > 0 && others <= 3 && digits >= others;
}

bool may_be_names(const Row& row) {
  std::set<std::string_view> names;
  for (const Cell& cell : row) {
    if (cell.text.size() > kMaxName || is_number(cell.text) || !names.insert(cell.text).second) return false;
  }
  return row.size() >= 2;
}

// Whether the rows below look like values of these columns: as wide, or numbers below names.
bool names_columns(const std::vector<Row>& rows, std::size_t header) {
  std::map<int, std::size_t> numbers;
  std::size_t wide = 0;
  const std::size_t end = std::min(rows.size(), header + 1 + kRowsLookedAt), below = end - header - 1;
  for (std::size_t i = header + 1; i < end; ++i) {
    wide += rows[i].size() >= 2;
    for (const Cell& cell : rows[i]) numbers[cell.column] += is_number(cell.text);
  }
  if (below == 0 || wide * 2 < below) return false;
  const bool counted =
      std::any_of(numbers.begin(), numbers.end(), [&](const auto& column) { return column.second * 2 > below; });
  return counted || rows[header].size() >= 3;
}

// The row of column names: the first that is wider than a title. rows.size() where there is none.
std::size_t find_header(const std::vector<Row>& rows) {
  const auto wide = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.size() >= 2; });
  const auto at = static_cast<std::size_t>(wide - rows.begin());
  return wide != rows.end() && may_be_names(*wide) && names_columns(rows, at) ? at : rows.size();
}

void append_row(const Row& row, const std::map<int, std::string>& names, TextBuilder& out) {
  out.line_break();
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out.tab();
    if (const auto name = names.find(row[i].column); name != names.end() && row.size() >= 2) {
      out.text(name->second);
      out.text(": ");
    }
    out.text(row[i].text);
  }
}

}  // namespace

void append_sheet(const std::vector<Row>& rows, TextBuilder& out) {
  const std::size_t header = find_header(rows);
  std::map<int, std::string> names;
  out.paragraph();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    append_row(rows[i], names, out);
    if (i != header) continue;
    for (const Cell& cell : rows[i]) names.emplace(cell.column, one_line(cell.text));
  }
  out.paragraph();
}

}  // namespace lectern::library
