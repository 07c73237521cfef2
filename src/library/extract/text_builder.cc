#include "library/extract/text_builder.h"

#include <algorithm>

namespace lectern::library {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

}  // namespace

void TextBuilder::ask(Break kind) {
  if (in_heading_ && kind != Break::kNone) kind = Break::kSpace;
  pending_ = std::max(pending_, kind);
}

void TextBuilder::settle() {
  static constexpr std::string_view kBreaks[] = {"", " ", "\t", "\n", "\n\n"};
  if (!document_.text.empty()) document_.text += kBreaks[static_cast<int>(pending_)];
  pending_ = Break::kNone;
  if (time_) document_.times.push_back({static_cast<std::int64_t>(document_.text.size()), *time_});
  time_.reset();
  if (page_.number > 0 && page_.span.begin < 0) page_.span.begin = static_cast<std::int64_t>(document_.text.size());
  if (in_heading_ && heading_.span.begin < 0) heading_.span.begin = static_cast<std::int64_t>(document_.text.size());
}

void TextBuilder::text(std::string_view piece) {
  std::size_t i = 0;
  while (i < piece.size()) {
    if (is_space(piece[i])) {
      ask(Break::kSpace);
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < piece.size() && !is_space(piece[end])) ++end;
    settle();
    document_.text += piece.substr(i, end - i);
    i = end;
  }
}

void TextBuilder::verbatim(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = std::min(piece.find('\n'), piece.size());
    if (end > 0) {
      settle();
      document_.text += piece.substr(0, end);
    }
    if (end < piece.size()) line_break();
    piece.remove_prefix(std::min(end + 1, piece.size()));
  }
}

void TextBuilder::begin_heading(int level) {
  end_heading();
  paragraph();
  in_heading_ = true;
  heading_ = {std::clamp(level, 1, 9), {-1, -1}};
}

void TextBuilder::end_heading() {
  if (!in_heading_) return;
  in_heading_ = false;
  pending_ = Break::kParagraph;
  if (heading_.span.begin < 0) return;  // an empty one
  heading_.span.end = static_cast<std::int64_t>(document_.text.size());
  document_.headings.push_back(heading_);
}

void TextBuilder::title(std::string_view title) {
  if (document_.title.empty()) document_.title = one_line(title);
}

void TextBuilder::time(std::int64_t milliseconds) { time_ = milliseconds; }

void TextBuilder::page(int number) {
  end_page();
  page_ = {number, {-1, -1}, {}};
}

void TextBuilder::end_page() {
  end_heading();
  paragraph();
  if (page_.number == 0 || page_.span.begin < 0) return;  // an empty one
  page_.span.end = static_cast<std::int64_t>(document_.text.size());
  document_.pages.push_back(page_);
}

Document TextBuilder::finish() {
  end_page();
  if (document_.title.empty() && !document_.headings.empty()) {
    const Span span = document_.headings.front().span;
    document_.title =
        document_.text.substr(static_cast<std::size_t>(span.begin), static_cast<std::size_t>(span.end - span.begin));
  }
  return std::move(document_);
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace lectern::library
