// Rows of a table of data, as spreadsheets and .csv files hold them.
#pragma once

#include <string>
#include <vector>

#include "library/extract/text_builder.h"

namespace lectern::library {

struct Cell {
  int column = 0;    // from 0
  std::string text;  // clean; white space within counts as one space
};

using Row = std::vector<Cell>;  // by column, without empty cells

/// One line a row, its cells apart by tabs. Below a row of column names each cell is written as "name: value", so that
/// a row can be understood, found and quoted alone.
void append_sheet(const std::vector<Row>& rows, TextBuilder& out);

}  // namespace lectern::library
