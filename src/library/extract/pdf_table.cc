#include "library/extract/pdf_table.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace lectern::library {
namespace {

constexpr float kCellGap = 0.9f;          // between cells, in heights of the row; words stand 0.3 apart, 0.6 at most
constexpr float kMinGutter = 0.5f;        // that all rows leave free
constexpr float kMaxPitch = 3.5f;         // from a row to the next one of the same table
constexpr float kRowsApart = 1.25f;       // rows are that much further apart than the lines of one cell
constexpr float kOtherType = 1.13f;       // larger type than that belongs to no row of the same table
constexpr std::size_t kMaxWords = 20000;  // a page with more is no page for people
constexpr int kMaxColumns = 40;
constexpr int kMaxDepth = 2;

struct Range {
  float begin = 0, end = 0;
  float size() const { return end - begin; }
};

// Words side by side, with no gap that could be one between cells.
struct Segment {
  std::vector<std::size_t> words;  // indices, left to right
  float left = 0, right = 0;
};

// What stands at one height.
struct VisualRow {
  std::vector<Segment> segments;  // left to right
  float top = 0, bottom = 0;
  float height() const { return bottom - top; }
};

using Words = std::vector<PdfWord>;
using Rows = std::vector<VisualRow>;

struct Found {
  std::vector<PdfLine> lines;
  std::vector<std::size_t> words;  // that stand in it
};

VisualRow make_row(const Words& words, std::vector<std::size_t> members) {
  std::sort(members.begin(), members.end(),
            [&](std::size_t a, std::size_t b) { return words[a].left < words[b].left; });
  VisualRow row;
  row.top = words[members[0]].top;
  row.bottom = words[members[0]].bottom;
  for (const std::size_t i : members) {
    row.top = std::min(row.top, words[i].top);
    row.bottom = std::max(row.bottom, words[i].bottom);
  }
  for (const std::size_t i : members) {
    const bool apart = row.segments.empty() || words[i].left - row.segments.back().right > kCellGap * row.height();
    if (apart) row.segments.push_back({{}, words[i].left, words[i].right});
    row.segments.back().words.push_back(i);
    row.segments.back().right = std::max(row.segments.back().right, words[i].right);
  }
  return row;
}

// `members` by their height on the page.
Rows make_rows(const Words& words, std::vector<std::size_t> members) {
  const auto middle = [&](std::size_t i) { return (words[i].top + words[i].bottom) / 2; };
  std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) { return middle(a) < middle(b); });
  Rows rows;
  std::vector<std::size_t> open;
  for (const std::size_t i : members) {
    const float reach = open.empty() ? 0 : 0.35f * (words[open[0]].bottom - words[open[0]].top);
    if (!open.empty() && middle(i) - middle(open[0]) > reach) {
      rows.push_back(make_row(words, std::exchange(open, {})));
    }
    open.push_back(i);
  }
  if (!open.empty()) rows.push_back(make_row(words, std::move(open)));
  return rows;
}

// What `row` leaves free of each gutter, where that is wide enough to be one.
std::vector<Range> narrowed(const std::vector<Range>& gutters, const VisualRow& row, float least) {
  std::vector<Range> out;
  for (Range gutter : gutters) {
    for (const Segment& segment : row.segments) {
      if (segment.right <= gutter.begin || segment.left >= gutter.end) continue;
      const float before = segment.left - gutter.begin, after = gutter.end - segment.right;
      before > after ? gutter.end = segment.left : gutter.begin = segment.right;
    }
    if (gutter.size() >= least) out.push_back(gutter);
  }
  return out;
}

std::vector<Range> gaps(const VisualRow& row) {
  std::vector<Range> out;
  for (std::size_t i = 1; i < row.segments.size(); ++i) {
    out.push_back({row.segments[i - 1].right, row.segments[i].left});
  }
  return out;
}

// Rows [first, last) of a page that leave the same gutters free.
struct Region {
  std::size_t first = 0, last = 0;
  std::vector<Range> gutters;

  std::size_t columns() const { return gutters.size() + 1; }
  std::size_t column(const Segment& segment) const {
    const float middle = (segment.left + segment.right) / 2;
    std::size_t column = 0;
    while (column < gutters.size() && middle > gutters[column].begin) ++column;
    return column;
  }
};

std::vector<PdfLine> lines_in_order(Words words, int depth);

class TableFinder {
 public:
  TableFinder(const Words& words, int depth) : words_(words), depth_(depth) {}

  std::vector<Found> find() {
    std::vector<std::size_t> all(words_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    search(all);
    return std::move(found_);
  }

 private:
  void search(const std::vector<std::size_t>& members) {
    const Rows rows = make_rows(words_, members);
    for (std::size_t i = 0; i < rows.size();) {
      if (rows[i].segments.size() < 2) {
        ++i;
        continue;
      }
      const Region region = grow(rows, i);
      if (has_leaders(rows, region)) {
        found_.push_back(write_contents(rows, region));
      } else if (is_prose(rows, region)) {
        found_.push_back(write_columns(rows, region));
      } else if (is_table(rows, region)) {
        found_.push_back(write(rows, region));
      } else {
        ++i;  // another row may begin one
        continue;
      }
      i = region.last;
    }
  }

  // Dots from a title to its page: a table of contents, in which each row is a line of its own.
  bool has_leaders(const Rows& rows, const Region& region) const {
    std::size_t with = 0;
    for (std::size_t r = region.first; r < region.last; ++r) {
      std::size_t dots = 0;
      for (const Segment& segment : rows[r].segments) {
        for (const std::size_t i : segment.words) {
          const bool only = words_[i].text.find_first_not_of('.') == std::string::npos;
          dots += only ? words_[i].text.size() : words_[i].text.find("....") != std::string::npos ? 4 : 0;
        }
      }
      with += dots >= 4;
    }
    return with * 2 > region.last - region.first;
  }

  Found write_contents(const Rows& rows, const Region& region) const {
    Found out;
    for (std::size_t r = region.first; r < region.last; ++r) {
      Words row;
      for (const Segment& segment : rows[r].segments) {
        for (const std::size_t i : segment.words) {
          row.push_back(words_[i]);
          out.words.push_back(i);
        }
        row.back().space_after = true;
      }
      for (PdfLine& line : make_lines(std::move(row))) out.lines.push_back(std::move(line));
    }
    return out;
  }

  // Columns of prose one after the other, each read as a page of its own.
  Found write_columns(const Rows& rows, const Region& region) const {
    Found out;
    for (std::size_t column = 0; column < region.columns(); ++column) {
      Words words;
      float right = 0;
      for (std::size_t r = region.first; r < region.last; ++r) {
        for (const Segment& segment : rows[r].segments) {
          if (region.column(segment) != column) continue;
          for (const std::size_t i : segment.words) {
            words.push_back(words_[i]);
            out.words.push_back(i);
          }
          right = std::max(right, segment.right);
        }
      }
      for (PdfLine& line : lines_in_order(std::move(words), depth_ + 1)) {
        if (line.column_right == 0) line.column_right = right;
        out.lines.push_back(std::move(line));
      }
    }
    return out;
  }

  // As far down as the gutters of row `first` go; those that end at once are none.
  static Region grow(const Rows& rows, std::size_t first) {
    Region region{first, first + 1, gaps(rows[first])};
    for (std::size_t i = first + 1; i < rows.size(); ++i) {
      const float least = kMinGutter * rows[i].height(), apart = rows[i].top - rows[i - 1].bottom;
      // Lines between other lines are those of another column of the page.
      const float ratio = rows[i].height() / rows[first].height();
      if (ratio > kOtherType || ratio * kOtherType < 1) break;  // a heading
      if (apart > kMaxPitch * rows[i].height() || apart < -0.4f * rows[i].height()) break;
      auto left = narrowed(region.gutters, rows[i], least);
      if (left.empty()) break;
      region.gutters = std::move(left);
      region.last = i + 1;
    }
    while (region.last > first + 1 && rows[region.last - 1].segments.size() < 2) --region.last;
    return region;
  }

  // Every column is filled with words: text that runs from line to line, and columns that are read one by one.
  bool is_prose(const Rows& rows, const Region& region) const {
    std::vector<std::size_t> words(region.columns()), lines(region.columns());
    std::vector<float> widths(region.columns()), widest(region.columns());
    for (std::size_t r = region.first; r < region.last; ++r) {
      for (const Segment& segment : rows[r].segments) {
        const std::size_t column = region.column(segment);
        words[column] += segment.words.size();
        ++lines[column];
        widths[column] += segment.right - segment.left;
        widest[column] = std::max(widest[column], segment.right - segment.left);
      }
    }
    for (std::size_t column = 0; column < region.columns(); ++column) {
      const auto count = static_cast<float>(lines[column]);
      if (lines[column] < 3 || static_cast<float>(words[column]) < 3.5f * count) return false;
      if (widths[column] < 0.6f * widest[column] * count) return false;
    }
    return true;
  }

  bool is_table(const Rows& rows, const Region& region) const {
    if (region.columns() > kMaxColumns) return false;
    std::size_t wide = 0, wider = 0, markers = 0, beginnings = 0;
    for (std::size_t r = region.first; r < region.last; ++r) {
      wide += rows[r].segments.size() >= 2;
      wider += rows[r].segments.size() >= 3;
      for (const Segment& segment : rows[r].segments) {
        if (region.column(segment) != 0) continue;
        ++beginnings;
        markers += is_marker(segment);
      }
    }
    if (wide < 3 && wider < 2) return false;
    const bool list = region.columns() == 2 && markers * 10 >= beginnings * 9;
    return !list && !is_index(rows, region);
  }

  // "•", "1.", "(a)", "iv)": what stands before an item of a list.
  bool is_marker(const Segment& segment) const {
    if (segment.words.size() > 1) return false;
    const std::string& text = words_[segment.words[0]].text;
    const bool mark = text.size() <= 5 && (text.back() == '.' || text.back() == ')');
    const bool number = text.size() <= 3 && text.find_first_not_of("0123456789") == std::string::npos;
    const bool bullet = text.size() <= 3 && static_cast<unsigned char>(text[0]) >= 0x80;
    return mark || number || bullet || text == "-" || text == "*" || text == "o";
  }

  // Two halves of a page with short lines each, as at the end of a book.
  static bool is_index(const Rows& rows, const Region& region) {
    if (region.columns() != 2 || region.last - region.first < 12) return false;
    Range all{rows[region.first].segments.front().left, 0};
    for (std::size_t r = region.first; r < region.last; ++r) {
      all.begin = std::min(all.begin, rows[r].segments.front().left);
      all.end = std::max(all.end, rows[r].segments.back().right);
    }
    const float left = (region.gutters[0].end - all.begin) / all.size();
    return left > 0.42f && left < 0.62f;
  }

  using Cells = std::vector<std::vector<std::size_t>>;  // words of each column, in the order of reading

  Found write(const Rows& rows, const Region& region) const {
    const Range pitches = pitches_of(rows, region);
    Found out;
    Cells cells(region.columns());
    std::size_t begin = region.first;  // the visual row that the open row of the table began with
    bool named = false;                // the open row has a cell in the first column
    for (std::size_t r = region.first; r < region.last; ++r) {
      if (r > region.first && !continues(rows, region, r, pitches, named)) {
        out.lines.push_back(make_line(std::exchange(cells, Cells(region.columns())), rows[begin]));
        begin = r;
        named = false;
      }
      named = named || region.column(rows[r].segments.front()) == 0;
      for (const Segment& segment : rows[r].segments) {
        auto& cell = cells[region.column(segment)];
        cell.insert(cell.end(), segment.words.begin(), segment.words.end());
        out.words.insert(out.words.end(), segment.words.begin(), segment.words.end());
      }
    }
    out.lines.push_back(make_line(std::move(cells), rows[begin]));
    out.lines.front().begins_table = true;
    return out;
  }

  // From the tightest to the loosest.
  static Range pitches_of(const Rows& rows, const Region& region) {
    Range out;
    for (std::size_t i = region.first + 1; i < region.last; ++i) {
      const float pitch = rows[i].bottom - rows[i - 1].bottom;
      if (i == region.first + 1) out = {pitch, pitch};
      out = {std::min(out.begin, pitch), std::max(out.end, pitch)};
    }
    return out;
  }

  // Whether visual row `r` only goes on with cells of the one above; that one may be the upper part of a row whose
  // first cell stands in the middle of its height.
  static bool continues(const Rows& rows, const Region& region, std::size_t r, Range pitches, bool named) {
    const bool has_first = region.column(rows[r].segments.front()) == 0;
    if (has_first && named) return false;
    const float pitch = rows[r].bottom - rows[r - 1].bottom;
    if (pitches.end > kRowsApart * pitches.begin) return pitch < 1.1f * pitches.begin;
    return !has_first && rows[r].segments.size() == 1;
  }

  PdfLine make_line(const Cells& cells, const VisualRow& row) const {
    PdfLine line;
    line.in_table = true;
    line.top = row.top;
    line.bottom = row.bottom;
    for (const auto& cell : cells) {
      if (!line.words.empty()) line.words.back().ends_cell = true;
      for (const std::size_t i : cell) {
        line.words.push_back(words_[i]);
        line.words.back().space_after = true;
      }
    }
    line.left = line.words.front().left;
    for (const PdfWord& word : line.words) line.right = std::max(line.right, word.right);
    return line;
  }

  const Words& words_;
  const int depth_;  // of columns within columns
  std::vector<Found> found_;
};

std::vector<PdfLine> lines_in_order(Words words, int depth) {
  if (words.size() > kMaxWords || depth > kMaxDepth) return make_lines(std::move(words));
  auto tables = TableFinder(words, depth).find();
  std::vector<std::size_t> table_of(words.size(), tables.size());
  for (std::size_t t = 0; t < tables.size(); ++t) {
    for (const std::size_t i : tables[t].words) table_of[i] = t;
  }
  std::vector<PdfLine> out;
  Words open;
  const auto close = [&] {
    for (PdfLine& line : make_lines(std::exchange(open, {}))) out.push_back(std::move(line));
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (table_of[i] == tables.size()) {
      open.push_back(std::move(words[i]));
      continue;
    }
    auto& lines = tables[table_of[i]].lines;
    if (lines.empty()) continue;  // written where its first word came
    close();
    for (PdfLine& line : lines) out.push_back(std::move(line));
    lines.clear();
  }
  close();
  return out;
}

}  // namespace

std::vector<PdfLine> lines_with_tables(Words words) {
  std::erase_if(words, [](const PdfWord& word) { return word.text.empty(); });
  return lines_in_order(std::move(words), 0);
}

}  // namespace lectern::library
