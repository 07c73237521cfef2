#include "library/extract/pdf_headings.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lectern::library {
namespace {

constexpr float kLarger = 1.15f;          // than the body, at least
constexpr std::size_t kMaxHeading = 200;  // bytes
constexpr int kMaxLines = 3;              // of one heading

using Lines = std::vector<PdfLine>;

// What is left to compare when numbering, case, spaces and punctuation differ between an outline and the page.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || byte >= 0x80) out += c;
  }
  const std::size_t digits = out.find_first_not_of("0123456789");
  if (digits == std::string::npos) return out;
  out.erase(0, digits);
  for (const std::string_view word : {"chapter", "appendix", "section"}) {
    if (out.starts_with(word) && out.size() > word.size() + 1) {
      const std::size_t number = out.find_first_not_of("0123456789", word.size());
      if (number != word.size() && number != std::string::npos) return out.substr(number);
    }
  }
  return out;
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  });
}

// Lines that only list what is elsewhere.
bool is_contents_page(const Lines& lines) {
  return std::count_if(lines.begin(), lines.end(), [](const PdfLine& line) { return line.had_leaders; }) >= 5;
}

class HeadingFinder {
 public:
  HeadingFinder(const std::vector<Lines>& pages, const std::vector<OutlineEntry>& outline)
      : pages_(pages), body_(body_height(pages)), levels_(pages.size()) {
    for (std::size_t p = 0; p < pages.size(); ++p) levels_[p].resize(pages[p].size());
    for (const OutlineEntry& entry : outline) {
      if (const auto title = bare(entry.title); !title.empty()) outline_.emplace(title, entry.level);
    }
  }

  std::vector<std::vector<int>> find() {
    std::size_t matched = 0;
    for (std::size_t p = 0; p < pages_.size(); ++p) {
      if (!is_contents_page(pages_[p])) matched += match_outline(p);
    }
    if (matched * 2 >= outline_.size() && matched > 0) return std::move(levels_);
    for (auto& levels : levels_) std::fill(levels.begin(), levels.end(), 0);
    by_size();
    return std::move(levels_);
  }

 private:
  // A heading may be broken into up to kMaxLines lines of one size.
  std::size_t match_outline(std::size_t p) {
    const Lines& lines = pages_[p];
    std::size_t matched = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].in_table) continue;
      std::string title;
      for (std::size_t n = 0; n < kMaxLines && i + n < lines.size(); ++n) {
        if (n > 0 && !same_size(lines[i], lines[i + n])) break;
        title += (n > 0 ? " " : "") + lines[i + n].text();
        if (title.size() > kMaxHeading) break;
        const auto found = outline_.find(bare(title));
        if (found == outline_.end() || !stands_out(lines, i, i + n)) continue;
        for (std::size_t k = i; k <= i + n; ++k) levels_[p][k] = found->second;
        ++matched;
        i += n;
        break;
      }
    }
    return matched;
  }

  static bool same_size(const PdfLine& a, const PdfLine& b) { return std::abs(a.height() - b.height()) < 0.5f; }

  // In larger type, or at least a line apart from what stands before it.
  bool stands_out(const Lines& lines, std::size_t first, std::size_t last) const {
    if (lines[first].height() >= kLarger * body_) return true;
    const float gap = first == 0 ? body_ : lines[first].top - lines[first - 1].bottom;
    const float after = last + 1 == lines.size() ? body_ : lines[last + 1].top - lines[last].bottom;
    return (gap < 0 || gap > 0.5f * body_) && (after < 0 || after > 0.15f * body_);
  }

  void by_size() {
    std::map<int, int, std::greater<>> sizes;  // half points to level
    const auto size = [](const PdfLine& line) { return static_cast<int>(std::lround(line.height() * 2)); };
    const auto is_heading = [&](const PdfLine& line) {
      const std::string text = line.text();
      return line.height() >= kLarger * body_ && text.size() <= kMaxHeading && has_letter(text) && !line.had_leaders &&
             !line.in_table;
    };
    for (const Lines& lines : pages_) {
      for (const PdfLine& line : lines) {
        if (is_heading(line)) sizes[size(line)] = 0;
      }
    }
    int level = 0;
    for (auto& [height, rank] : sizes) rank = std::min(++level, 9);
    for (std::size_t p = 0; p < pages_.size(); ++p) {
      for (std::size_t i = 0; i < pages_[p].size(); ++i) {
        if (is_heading(pages_[p][i])) levels_[p][i] = sizes[size(pages_[p][i])];
      }
    }
  }

  const std::vector<Lines>& pages_;
  float body_;
  std::unordered_map<std::string, int> outline_;  // the first of equal titles gives the level
  std::vector<std::vector<int>> levels_;
};

}  // namespace

float body_height(const std::vector<Lines>& pages) {
  std::map<int, std::size_t> weight;  // half points to bytes of text
  for (const Lines& lines : pages) {
    for (const PdfLine& line : lines) {
      std::size_t& bytes = weight[static_cast<int>(std::lround(line.height() * 2))];
      for (const PdfWord& word : line.words) bytes += word.text.size();
    }
  }
  const auto most =
      std::max_element(weight.begin(), weight.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == weight.end() ? 0 : static_cast<float>(most->first) / 2;
}

std::vector<std::vector<int>> find_headings(const std::vector<Lines>& pages, const std::vector<OutlineEntry>& outline) {
  return HeadingFinder(pages, outline).find();
}

}  // namespace lectern::library
