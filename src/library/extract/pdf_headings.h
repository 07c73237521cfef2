// Which lines of a PDF are headings.
#pragma once

#include <vector>

#include "library/extract/pdf_line.h"

namespace lectern::library {

/// By page and line, the level of a heading, or 0. Lines that say what the outline says are headings; where there is no
/// outline, or it names few of the lines, those set in larger type than the body are.
std::vector<std::vector<int>> find_headings(const std::vector<std::vector<PdfLine>>& pages,
                                            const std::vector<OutlineEntry>& outline);

/// The height of most of the text's words, points.
float body_height(const std::vector<std::vector<PdfLine>>& pages);

}  // namespace lectern::library
