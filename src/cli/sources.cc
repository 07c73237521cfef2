#include "cli/sources.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "cli/terminal.h"
#include "core/moment.h"

namespace lectern::cli {
namespace {

constexpr std::size_t kLongestQuote = 300;  // bytes: PDFs without full stops have sentences of whole pages

// Cut before `size` bytes at a border of characters, best between words.
std::string shortened(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  std::size_t end = text.rfind(' ', size);
  if (end == std::string::npos || end < size / 2) {
    end = size;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
  }
  return text.substr(0, end) + " …";
}

std::string first_lines(const std::string& text, int lines) {
  std::size_t end = 0;
  for (int i = 0; i < lines; ++i) {
    const std::size_t next = text.find('\n', end);
    if (next == std::string::npos || next + 1 == text.size()) return text;
    end = next + 1;
  }
  return text.substr(0, end - 1) + " …\n";
}

// The text below its own heading, which stands in the line above it already.
std::string_view body_of(const Passage& passage) {
  const std::string_view text = passage.text, heading = passage.heading;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end == 0 || !heading.ends_with(text.substr(0, end))) return text;
  const std::size_t body = text.find_first_not_of('\n', end);
  return body == std::string_view::npos ? text : text.substr(body);
}

template <typename Source>
std::string place_of(const Source& source) {
  if (!source.url.empty()) return fmt::format("{} ({})", one_line(source.url), clock_time(source.time_ms.value_or(0)));
  std::string text = shown_path(source.file);
  if (source.page) text += fmt::format(", page {}", *source.page);
  if (source.time_ms) text += ", " + clock_time(*source.time_ms);
  return text;
}

}  // namespace

std::string place(const Passage& passage) { return place_of(passage); }
std::string place(const Citation& citation) { return place_of(citation); }

std::string citation_lines(const Answer& answer) {
  auto citations = answer.citations;
  std::stable_sort(citations.begin(), citations.end(),
                   [](const auto& a, const auto& b) { return a.number < b.number; });
  std::vector<std::string> lines;
  for (const auto& citation : citations) {
    auto line = fmt::format("[{}] {}", citation.number, place(citation));
    if (!citation.quote.empty()) line += fmt::format(": \"{}\"", shortened(one_line(citation.quote), kLongestQuote));
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
  }
  const bool unsupported = std::any_of(answer.sentences.begin(), answer.sentences.end(),
                                       [](const auto& sentence) { return !sentence.supported; });
  if (unsupported) lines.push_back(fmt::format("{} no passage of your files says this", kUnsupportedMark));
  std::string text;
  for (const auto& line : lines) text += dim(line, STDOUT_FILENO) + "\n";
  return text;
}

std::string passage_lines(std::span<const Passage> passages, int lines) {
  const int width = std::min(100, terminal_width(STDOUT_FILENO));
  std::string text;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    const auto& passage = passages[i];
    text += fmt::format("[{}] {}", i + 1, place(passage));
    if (!passage.heading.empty()) text += " · " + one_line(passage.heading);
    text += "\n";
    const auto body = wrapped(std::string(body_of(passage)), "    ", width);
    text += dim(lines > 0 ? first_lines(body, lines) : body, STDOUT_FILENO);
    if (i + 1 < passages.size()) text += "\n";
  }
  return text;
}

}  // namespace lectern::cli
