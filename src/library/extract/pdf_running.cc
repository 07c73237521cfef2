#include "library/extract/pdf_running.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "library/extract/pdf_headings.h"

namespace lectern::library {
namespace {

constexpr int kMinPages = 3;
constexpr int kManyPages = 8;
constexpr int kMaxLines = 3;  // at each end of a page

std::optional<int> roman_value(std::string_view text) {
  int total = 0, last = 1000;
  for (const char c : text) {
    static constexpr std::string_view kDigits = "ivxlcdm";
    static constexpr int kValues[] = {1, 5, 10, 50, 100, 500, 1000};
    const std::size_t at = kDigits.find(static_cast<char>(c | 0x20));
    if (at == std::string_view::npos) return std::nullopt;
    const int value = kValues[at];
    total += value > last ? value - 2 * last : value;
    last = value;
  }
  return text.empty() ? std::nullopt : std::optional(total);
}

std::optional<int> page_number(std::string_view word) {
  if (word.empty() || word.size() > 7) return std::nullopt;
  if (word.find_first_not_of("0123456789") != std::string_view::npos) return roman_value(word);
  return std::stoi(std::string(word));
}

struct Key {
  std::string text;
  int needed;  // pages that must have it
};

// The ways to see `line` of page `page` as one of many: as it is, with one of its numbers as the page's, or as whatever
// stands beside that page's number (a chapter of two pages has a head of its own), unless it is set large, as the
// numbered title of a chapter is.
std::vector<Key> keys(const PdfLine& line, int page, float body) {
  const std::string place = '@' + std::to_string(std::lround(line.top / 4));
  std::vector<Key> out = {{line.text() + place, kMinPages}};
  for (std::size_t number = 0; number < line.words.size() && line.words.size() < 30; ++number) {
    const auto value = page_number(line.words[number].text);
    if (!value) continue;
    const std::string offset = place + '+' + std::to_string(*value - page);
    std::string text;
    for (std::size_t i = 0; i < line.words.size(); ++i) text += i == number ? "\x01 " : line.words[i].text + ' ';
    out.push_back({text + offset, kMinPages});
    const bool outermost = number == 0 || number + 1 == line.words.size();
    if (outermost && line.height() < 1.1f * body) out.push_back({"\x02" + offset, kManyPages});
  }
  return out;
}

struct Edge {
  std::size_t page, line;
  std::vector<Key> keys;
};

// The highest line of each page, or the lowest.
std::vector<Edge> edges(const std::vector<std::vector<PdfLine>>& pages, bool top, float body) {
  std::vector<Edge> out;
  for (std::size_t p = 0; p < pages.size(); ++p) {
    const auto& lines = pages[p];
    if (lines.empty()) continue;
    const auto higher = [](const PdfLine& a, const PdfLine& b) { return a.top < b.top; };
    const auto at = top ? std::min_element(lines.begin(), lines.end(), higher)
                        : std::max_element(lines.begin(), lines.end(), higher);
    out.push_back({p, static_cast<std::size_t>(at - lines.begin()), keys(*at, static_cast<int>(p), body)});
  }
  return out;
}

// Takes away the outermost lines that repeat; false where none does.
bool peel(std::vector<std::vector<PdfLine>>& pages, bool top, float body) {
  const auto candidates = edges(pages, top, body);
  std::unordered_map<std::string, int> count;
  for (const Edge& edge : candidates) {
    for (const Key& key : edge.keys) ++count[key.text];
  }
  bool any = false;
  for (const Edge& edge : candidates) {
    const bool repeated =
        std::any_of(edge.keys.begin(), edge.keys.end(), [&](const Key& key) { return count[key.text] >= key.needed; });
    if (!repeated) continue;
    auto& lines = pages[edge.page];
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(edge.line));
    any = true;
  }
  return any;
}

}  // namespace

void drop_running_lines(std::vector<std::vector<PdfLine>>& pages) {
  const float body = body_height(pages);
  for (const bool top : {true, false}) {
    for (int i = 0; i < kMaxLines && peel(pages, top, body); ++i) {
    }
  }
}

}  // namespace lectern::library
