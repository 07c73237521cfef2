// What a reader makes of a file: one text, and where its parts are.
#pragma once

#include <string>
#include <vector>

#include "lectern/library.h"

namespace lectern::library {

struct Heading {
  int level = 1;  // 1 is the outermost, 9 the innermost
  Span span;      // of its own line
};

struct Page {
  int number = 0;  // physical, from 1
  Span span;
  std::string boxes;  // where its words stand, see word_boxes.h; empty where unknown
};

/// Paragraphs are separated by an empty line; a single line feed is a line break that matters (a table row, code).
/// Headings, pages and times are in the order of the text, the spans of the first two apart from each other.
struct Document {
  std::string text;  // valid UTF-8 without control characters but tab and line feed
  std::string title;
  std::vector<Heading> headings;
  std::vector<Page> pages;
  std::vector<TimeMark> times;  // of a recording: when what follows is said
};

/// Raised whenever a reader's text or spans change for the same file: such documents are read anew.
inline constexpr int kExtractorVersion = 3;

}  // namespace lectern::library
