#include "library/extract/pdf_line.h"

#include <algorithm>

namespace lectern::library {
namespace {

constexpr std::size_t kLeaderDots = 4;  // fewer may be an ellipsis

bool is_dots(const std::string& text) { return text.find_first_not_of('.') == std::string::npos; }

// Whether `next` goes on in the line that `last` ends: to its right, at the same height.
bool continues(const PdfWord& last, const PdfWord& next) {
  const float overlap = std::min(last.bottom, next.bottom) - std::max(last.top, next.top);
  const float smaller = std::min(last.bottom - last.top, next.bottom - next.top);
  return overlap > 0.5f * smaller && next.left >= last.left;
}

// "Introduction.......12" is three words to a reader.
void drop_leaders_inside(PdfLine& line) {
  std::vector<PdfWord> words;
  for (PdfWord& word : line.words) {
    const std::size_t begin = word.text.find("....");
    if (begin == std::string::npos) {
      words.push_back(std::move(word));
      continue;
    }
    line.had_leaders = true;
    const std::size_t end = std::min(word.text.find_first_not_of('.', begin), word.text.size());
    PdfWord before = word, after = word;
    before.text = word.text.substr(0, begin);
    before.space_after = true;
    after.text = word.text.substr(end);
    if (!before.text.empty()) words.push_back(std::move(before));
    if (!after.text.empty()) words.push_back(std::move(after));
  }
  line.words = std::move(words);
}

// ". . . . ." came as a word a dot.
void drop_leaders_between(PdfLine& line) {
  std::vector<PdfWord> words;
  for (std::size_t i = 0; i < line.words.size();) {
    std::size_t end = i, dots = 0;
    for (; end < line.words.size() && is_dots(line.words[end].text); ++end) dots += line.words[end].text.size();
    if (dots >= kLeaderDots) {
      line.had_leaders = true;
      if (!words.empty()) words.back().space_after = true;
      i = end;
    } else {
      words.push_back(std::move(line.words[i++]));
    }
  }
  line.words = std::move(words);
}

void finish(PdfLine line, std::vector<PdfLine>& lines) {
  for (std::size_t i = 0; i + 1 < line.words.size(); ++i) {  // a gap between two blocks on one baseline
    PdfWord& word = line.words[i];
    if (line.words[i + 1].left - word.right > 0.15f * (word.bottom - word.top)) word.space_after = true;
  }
  drop_leaders_between(line);
  drop_leaders_inside(line);
  if (line.words.empty()) return;
  const PdfWord& first = line.words.front();
  line.left = first.left;
  line.top = first.top;
  line.bottom = first.bottom;
  for (const PdfWord& word : line.words) {
    line.right = std::max(line.right, word.right);
    line.top = std::min(line.top, word.top);
    line.bottom = std::max(line.bottom, word.bottom);
  }
  lines.push_back(std::move(line));
}

}  // namespace

std::string PdfLine::text() const {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += words[i].text;
    if (i + 1 < words.size() && words[i].space_after) out += ' ';
  }
  return out;
}

std::vector<PdfLine> make_lines(std::vector<PdfWord> words) {
  std::vector<PdfLine> lines;
  PdfLine line;
  for (PdfWord& word : words) {
    if (word.text.empty()) continue;
    if (!line.words.empty() && !continues(line.words.back(), word)) {
      finish(std::move(line), lines);
      line = {};
    }
    line.words.push_back(std::move(word));
  }
  if (!line.words.empty()) finish(std::move(line), lines);
  return lines;
}

}  // namespace lectern::library
