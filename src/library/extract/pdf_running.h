// Running heads, running feet and page numbers: what a page repeats around its text.
#pragma once

#include <vector>

#include "library/extract/pdf_line.h"

namespace lectern::library {

/// Drops them from `pages` (the lines of each). A line goes only if it stands outermost on its page and the same line
/// stands at the same height on two other pages at least, but for a number that counts with the pages; or if that
/// number alone stands at its first or last place on many pages.
void drop_running_lines(std::vector<std::vector<PdfLine>>& pages);

}  // namespace lectern::library
