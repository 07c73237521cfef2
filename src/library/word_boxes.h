// Where the words of a page stand, so that a sentence can be shown on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lectern/library.h"

namespace lectern::library {

/// In points (1/72 inch) from the page's top left corner.
struct WordBox {
  Span span;  // in the document's text
  float left = 0, top = 0, right = 0, bottom = 0;
};

struct PageBoxes {
  float width = 0, height = 0;  // of the page, points
  std::vector<WordBox> words;   // in the order of the text
};

/// Spans are stored relative to `page_begin`, coordinates as fractions of the page in 16 bits: 11 bytes a word or so.
std::string encode_word_boxes(const PageBoxes& boxes, std::int64_t page_begin);
/// Throws Error kCorrupt, also for a span outside `page`.
PageBoxes decode_word_boxes(std::string_view bytes, Span page);

}  // namespace lectern::library
