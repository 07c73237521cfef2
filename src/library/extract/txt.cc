// Plain text. Its line breaks are kept but those of wrapped prose.
#include <algorithm>
#include <vector>

#include "library/extract/encoding.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMinWrap = 50;   // narrower text is taken for a list or a poem
constexpr std::size_t kMaxWrap = 140;  // wider lines are paragraphs of their own

std::size_t first_word(std::string_view line) { return std::min(line.find(' '), line.size()); }

// The column at which the paragraph `lines` was wrapped, or 0: every line but the last is as full as it can be.
std::size_t wrap_column(const std::vector<std::string_view>& lines) {
  std::size_t width = 0;
  for (const auto line : lines) width = std::max(width, line.size());
  if (width < kMinWrap || width > kMaxWrap) return 0;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const bool indented = i > 0 && lines[i].front() == ' ';
    if (indented || lines[i].size() + 1 + first_word(lines[i + 1]) + 4 < width) return 0;
  }
  return width;
}

void append_paragraph(TextBuilder& out, const std::vector<std::string_view>& lines) {
  if (lines.empty()) return;
  out.paragraph();
  const bool wrapped = wrap_column(lines) > 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) wrapped ? out.text(" ") : out.line_break();
    out.verbatim(lines[i]);
  }
  out.paragraph();
}

}  // namespace

void append_txt(std::string_view text, TextBuilder& out) {
  std::vector<std::string_view> paragraph;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
    if (!line.empty()) {
      paragraph.push_back(line);
      continue;
    }
    append_paragraph(out, paragraph);
    paragraph.clear();
  }
  append_paragraph(out, paragraph);
}

Document read_txt(std::string_view bytes) {
  TextBuilder out;
  append_txt(decode_text(bytes), out);
  return out.finish();
}

}  // namespace lectern::library
