// The words of a PDF's pages, and the lines that they make.
#pragma once

#include <string>
#include <vector>

namespace lectern::library {

/// In points from the page's top left corner.
struct PdfWord {
  std::string text;  // clean UTF-8 without white space
  float left = 0, top = 0, right = 0, bottom = 0;
  bool space_after = false;
  bool ends_cell = false;  // of a table, and another cell follows in the same row
};

struct PdfPage {
  float width = 0, height = 0;
  std::vector<PdfWord> words;  // in reading order
};

struct OutlineEntry {
  int level = 1;
  std::string title;
};

struct PdfLine {
  std::vector<PdfWord> words;
  float left = 0, top = 0, right = 0, bottom = 0;
  bool had_leaders = false;  // dots to a page number: a line of a table of contents
  bool in_table = false;     // a row of a table, see pdf_table.h
  bool begins_table = false;
  float column_right = 0;  // where the full lines of its column end; 0 where the page has one column

  float height() const { return bottom - top; }  // of the tallest word
  std::string text() const;
};

/// Words that share a baseline become one line; dot leaders are left out.
std::vector<PdfLine> make_lines(std::vector<PdfWord> words);

}  // namespace lectern::library
