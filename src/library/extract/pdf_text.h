// From a PDF's lines to its text: paragraphs, headings, pages, word boxes.
#pragma once

#include <vector>

#include "library/document.h"
#include "library/extract/pdf_line.h"

namespace lectern::library {

/// Joins lines into paragraphs and words that were hyphenated at a line's end; leaves out what repeats on every page.
Document lay_out(std::vector<PdfPage> pages, const std::vector<OutlineEntry>& outline);

}  // namespace lectern::library
