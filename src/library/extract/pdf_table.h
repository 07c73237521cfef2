// Tables and columns in a PDF: a page has words at places only; rows and columns are what one sees.
#pragma once

#include <vector>

#include "library/extract/pdf_line.h"

namespace lectern::library {

/// The page's lines in reading order: those of `words`, but columns of prose are read one after the other, and where
/// words stand in rows and columns each row is one line, its cells apart (PdfWord::ends_cell), whatever lines a cell
/// takes.
std::vector<PdfLine> lines_with_tables(std::vector<PdfWord> words);

}  // namespace lectern::library
