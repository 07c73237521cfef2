// Comma-separated values (RFC 4180), whatever separates them.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "library/extract/encoding.h"
#include "library/extract/readers.h"
#include "library/extract/sheet.h"

namespace lectern::library {
namespace {

constexpr std::size_t kRowsTried = 50;

// One row from `rest`, which is moved on. A quoted field may hold separators, line feeds and doubled quotes; text
// behind its end is kept, as spreadsheets do.
Row take_row(std::string_view& rest, char separator) {
  Row row;
  std::string field;
  int column = 0;
  const auto end_field = [&] {
    if (std::string text = one_line(field); !text.empty()) row.push_back({column, std::move(text)});
    field.clear();
    ++column;
  };
  bool quoted = false, started = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    const char c = rest[i];
    if (quoted) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
        field += rest[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && !started) {
      quoted = started = true;
    } else if (c == separator) {
      end_field();
      started = false;
    } else if (c == '\n') {
      ++i;
      break;
    } else {
      field += c;
      started = started || c != ' ';
    }
  }
  end_field();
  rest.remove_prefix(i);
  return row;
}

// The one that gives the most rows of the same width, and wide ones.
char find_separator(std::string_view text) {
  char best = ',';
  std::size_t most = 0;
  for (const char separator : {',', ';', '\t', '|'}) {
    std::map<std::size_t, std::size_t> widths;
    std::string_view rest = text;
    for (std::size_t i = 0; i < kRowsTried && !rest.empty(); ++i) {
      const Row row = take_row(rest, separator);
      if (!row.empty()) ++widths[static_cast<std::size_t>(row.back().column) + 1];
    }
    for (const auto& [width, count] : widths) {
      const std::size_t score = width > 1 ? count * 16 + std::min<std::size_t>(width, 15) : 0;
      if (score > most) {
        most = score;
        best = separator;
      }
    }
  }
  return best;
}

}  // namespace

Document read_csv(std::string_view bytes) {
  const std::string text = decode_text(bytes);
  std::string_view rest = text;
  char separator = 0;
  if (rest.starts_with("sep=") && rest.size() > 5 && rest[5] == '\n') {  // Excel's own way to name it
    separator = rest[4];
    rest.remove_prefix(6);
  } else {
    separator = find_separator(rest);
  }
  std::vector<Row> rows;
  while (!rest.empty()) {
    if (Row row = take_row(rest, separator); !row.empty()) rows.push_back(std::move(row));
  }
  TextBuilder out;
  append_sheet(rows, out);
  return out.finish();
}

}  // namespace lectern::library
