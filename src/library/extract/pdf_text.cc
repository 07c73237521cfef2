#include "library/extract/pdf_text.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "library/extract/pdf_headings.h"
#include "library/extract/pdf_running.h"
#include "library/extract/pdf_table.h"
#include "library/word_boxes.h"

namespace lectern::library {
namespace {

using Lines = std::vector<PdfLine>;

// A full line reaches at least this share of the way to where the widest ends: that one may stick out, but not far.
constexpr float kLeastFull = 0.75f;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

// How a line is tied to the one before it.
enum class Join {
  kParagraph,
  kLine,  // a break that matters: the line before had room left for this one's first word
  kSpace,
  kNothing,  // "--" and "help" of "--help"
  kHyphen,   // a hyphenated word: the hyphen goes
};

class PdfTextWriter {
 public:
  PdfTextWriter(const std::vector<Lines>& pages, float body) : body_(body) {
    for (const Lines& lines : pages) {
      for (const PdfLine& line : lines) {
        for (std::size_t i = 0; i < line.words.size(); ++i) {
          const bool cut = i + 1 == line.words.size() && line.words[i].text.ends_with('-');
          if (!cut) known_.emplace(trimmed(line.words[i].text));
        }
      }
    }
  }

  void page(int number, const PdfPage& page, const Lines& lines, const std::vector<int>& levels) {
    right_ = right_edge(lines);
    pitch_ = usual_pitch(lines);
    page_begin_ = size();
    boxes_ = {page.width, page.height, {}};
    bool begun = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      add_line(lines[i], levels[i], i == 0);
      if (!begun) page_begin_ = first_of_line_;
      begun = true;
    }
    end_heading();
    Page out{number, {page_begin_, size()}, {}};
    out.boxes = encode_word_boxes(boxes_, page_begin_);
    document_.pages.push_back(std::move(out));
  }

  Document finish() { return std::move(document_); }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(document_.text.size()); }

  static std::string_view trimmed(std::string_view word) {
    while (!word.empty() && !is_letter(word.front())) word.remove_prefix(1);
    while (!word.empty() && !is_letter(word.back())) word.remove_suffix(1);
    return word;
  }

  // The usual distance of two lines of a paragraph; 0 where the page has no such two.
  float usual_pitch(const Lines& lines) const {
    std::vector<float> pitches;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      if (lines[i].in_table) continue;
      const float pitch = lines[i].bottom - lines[i - 1].bottom;
      if (pitch > 0.5f * body_ && pitch < 2.5f * body_) pitches.push_back(pitch);
    }
    if (pitches.empty()) return 0;
    const auto low = pitches.begin() + static_cast<std::ptrdiff_t>(pitches.size() / 3);
    std::nth_element(pitches.begin(), low, pitches.end());
    return *low;
  }

  // Where full lines end: as far right as three lines at least reach, or else the widest. Items of a list that end alike
  // are no full lines where another line goes far beyond them.
  static float right_edge(const Lines& lines) {
    std::vector<float> edges;
    for (const PdfLine& line : lines) {
      if (!line.in_table && line.column_right == 0) edges.push_back(line.right);
    }
    std::sort(edges.begin(), edges.end(), std::greater<>());
    for (std::size_t i = 2; i < edges.size() && i < 12; ++i) {
      if (edges[i - 2] < kLeastFull * edges.front()) break;
      if (edges[i - 2] - edges[i] < 2) return edges[i - 2];
    }
    return edges.empty() ? 0 : edges.front();
  }

  void add_line(const PdfLine& line, int level, bool page_start) {
    const float pitch = line.bottom - last_.bottom;
    const bool same_heading = level > 0 && level == level_ && !page_start &&
                              std::abs(line.height() - last_.height()) < 0.5f && pitch > 0 &&
                              pitch < 1.8f * line.height();
    if (!same_heading && (level > 0 || level_ > 0)) {
      end_heading();
      separate(Join::kParagraph);
      if (level > 0) heading_begin_ = size();
    } else {
      separate(page_start ? join_pages(line) : same_heading ? join_text(line, false) : join(line));
    }
    level_ = level;
    first_of_line_ = size();
    words(line);
    last_ = line;
  }

  void end_heading() {
    if (level_ > 0) document_.headings.push_back({level_, {heading_begin_, size()}});
    level_ = 0;
  }

  bool apart(const PdfLine& line) const {
    const float pitch = line.bottom - last_.bottom;
    return pitch < 0 || pitch > 1.3f * std::max(pitch_, line.height());
  }

  Join join(const PdfLine& line) const {
    if (line.in_table && last_.in_table && !line.begins_table) return Join::kLine;
    if (line.column_right > 0 && line.bottom < last_.bottom) return join_pages(line);  // the next column
    if (apart(line) || line.in_table || last_.in_table) return Join::kParagraph;
    return line.had_leaders || last_.had_leaders ? Join::kLine : join_text(line, true);
  }

  // A paragraph runs on where the last page did not end a sentence.
  Join join_pages(const PdfLine& line) const {
    if (document_.text.empty() || line.in_table || last_.in_table) return Join::kParagraph;
    const char end = document_.text.back(), begin = line.words.front().text.front();
    const bool runs_on = is_lower(begin) && (is_letter(end) || end == ',' || end == '-');
    return runs_on ? join_text(line, false) : Join::kParagraph;
  }

  Join join_text(const PdfLine& line, bool same_page) const {
    const std::string& end = last_.words.back().text;
    const std::string& begin = line.words.front().text;
    const float space = 0.3f * line.height();
    const float right = last_.column_right > 0 ? last_.column_right : right_;
    const float room = right - last_.right - space - (line.words.front().right - line.words.front().left);
    const bool full = !same_page || room < line.height();
    if (!full || is_bullet(begin)) return Join::kLine;
    if (end == "-" || end == "--") return Join::kNothing;
    if (end.size() >= 2 && end.back() == '-' && is_letter(end[end.size() - 2]) && is_lower(begin.front())) {
      return hyphen(end, begin);
    }
    return Join::kSpace;
  }

  static bool is_bullet(std::string_view word) { return word == "•" || word == "–" || word == "▪" || word == "◦"; }

  // "com-" "puter" is one word, "command-" "line" keeps its hyphen if the document writes it so elsewhere.
  Join hyphen(std::string_view end, std::string_view begin) const {
    const std::string kept = std::string(trimmed(std::string(end) + std::string(begin)));
    std::string joined(end.substr(0, end.size() - 1));
    joined += begin;
    if (known_.contains(std::string(trimmed(joined)))) return Join::kHyphen;
    return known_.contains(kept) ? Join::kNothing : Join::kHyphen;
  }

  void separate(Join join) {
    std::string& text = document_.text;
    if (text.empty()) return;
    switch (join) {
      case Join::kParagraph:
        text += "\n\n";
        return;
      case Join::kLine:
        text += '\n';
        return;
      case Join::kSpace:
        text += ' ';
        return;
      case Join::kNothing:
        return;
      case Join::kHyphen:
        text.pop_back();
        if (!boxes_.words.empty() && boxes_.words.back().span.end > size()) --boxes_.words.back().span.end;
        if (!document_.pages.empty()) trim_last_page();
    }
  }

  // The hyphen that went may have been the last page's last character.
  void trim_last_page() {
    Page& page = document_.pages.back();
    if (page.span.end <= size()) return;
    PageBoxes boxes = decode_word_boxes(page.boxes, page.span);
    page.span.end = size();
    if (!boxes.words.empty()) boxes.words.back().span.end = std::min(boxes.words.back().span.end, size());
    page.boxes = encode_word_boxes(boxes, page.span.begin);
  }

  void words(const PdfLine& line) {
    std::string& text = document_.text;
    for (std::size_t i = 0; i < line.words.size(); ++i) {
      const PdfWord& word = line.words[i];
      const std::int64_t begin = size();
      text += word.text;
      boxes_.words.push_back({{begin, size()}, word.left, word.top, word.right, word.bottom});
      if (i + 1 < line.words.size() && word.space_after) text += word.ends_cell ? '\t' : ' ';
    }
  }

  float body_;
  std::unordered_set<std::string> known_;  // words that no line end cut
  Document document_;
  PageBoxes boxes_;
  PdfLine last_;
  int level_ = 0;  // of the heading that is being written
  std::int64_t heading_begin_ = 0, page_begin_ = 0, first_of_line_ = 0;
  float right_ = 0, pitch_ = 0;
};

}  // namespace

Document lay_out(std::vector<PdfPage> pages, const std::vector<OutlineEntry>& outline) {
  std::vector<Lines> lines;
  lines.reserve(pages.size());
  for (PdfPage& page : pages) lines.push_back(lines_with_tables(std::move(page.words)));
  drop_running_lines(lines);
  const auto levels = find_headings(lines, outline);
  PdfTextWriter writer(lines, body_height(lines));
  for (std::size_t p = 0; p < pages.size(); ++p) writer.page(static_cast<int>(p) + 1, pages[p], lines[p], levels[p]);
  return writer.finish();
}

}  // namespace lectern::library
