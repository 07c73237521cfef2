#include "chat/sentence.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "lectern/error.h"

namespace lectern::chat {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

// ICU's tables without a locale break after these; in running text a sentence hardly ever ends there.
constexpr std::array<std::string_view, 34> kAbbreviations = {
    "mr",  "mrs",  "ms",  "dr",  "prof", "st",  "no",   "nos", "vs",   "fig",    "figs", "eq",
    "sec", "ch",   "vol", "ed",  "eds",  "e.g", "i.e",  "cf",  "al",   "approx", "jan",  "feb",
    "aug", "sept", "oct", "nov", "dec",  "u.s", "resp", "pp",  "dept", "inc"};

icu::BreakIterator& sentence_breaks() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
    if (U_FAILURE(status))
      throw Error(ErrorCode::kInternal, "ICU's sentence rules cannot be loaded: is its data installed?");
    return made;
  }();
  return *iterator;
}

// A period that ends an abbreviation, an initial ("J. Smith") or a list number ("2. Foo") is no end.
bool is_false_end(std::string_view sentence) {
  const std::size_t last = sentence.find_last_not_of(kSpace);
  if (last == std::string_view::npos) return true;
  if (sentence.find('\n', last) != std::string_view::npos) return false;
  sentence = sentence.substr(0, last + 1);
  if (sentence.back() != '.') return false;
  sentence.remove_suffix(1);
  const std::size_t space = sentence.find_last_of(" \t\r\n\f\v([\"");
  const std::string_view word = space == std::string_view::npos ? sentence : sentence.substr(space + 1);
  const bool starts_line = space == std::string_view::npos || sentence.find_first_not_of(kSpace) > space;
  if (word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z') return true;
  if (starts_line && !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos) return true;
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), lower) != kAbbreviations.end();
}

std::vector<std::size_t> raw_breaks(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, decltype(&utext_close)> view(
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status), utext_close);
  auto& iterator = sentence_breaks();
  iterator.setText(view.get(), status);
  std::vector<std::size_t> ends;
  if (U_FAILURE(status)) return {text.size()};
  iterator.first();
  for (auto end = iterator.next(); end != icu::BreakIterator::DONE; end = iterator.next()) {
    ends.push_back(static_cast<std::size_t>(end));
  }
  return ends;
}

// Ends of sentences in `text`, the last being its size.
std::vector<std::size_t> sentence_ends(std::string_view text) {
  std::vector<std::size_t> ends;
  std::size_t begin = 0;
  for (const std::size_t end : raw_breaks(text)) {
    const auto sentence = text.substr(begin, end - begin);
    // "3.X": the rules end a sentence at a period before a capital even without a space.
    const bool inside_word = sentence.ends_with(".");
    if (end != text.size() && (inside_word || is_false_end(sentence))) continue;
    ends.push_back(end);
    begin = end;
  }
  return ends;
}

bool starts_item(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] == '\n') return true;  // an empty line
  line.remove_prefix(first);
  if (line.substr(0, line.find('\n')).find('\t') != std::string_view::npos) return true;  // a table row
  if (std::string_view("#|>").find(line[0]) != std::string_view::npos) return true;
  if (std::string_view("-*+").find(line[0]) != std::string_view::npos) return line.size() > 1 && line[1] == ' ';
  if (line.starts_with("\u2022")) return true;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  return digits > 0 && digits < 4 && digits + 1 < line.size() && (line[digits] == '.' || line[digits] == ')') &&
         line[digits + 1] == ' ';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// A letter, an end mark or a line break after the white space: only then do the rules decide for good (SB8 looks past
// digits and brackets for a small letter).
bool is_decided(std::string_view rest) {
  const auto size = static_cast<std::int32_t>(rest.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(rest.data(), i, size, c);
    const int kind = u_getIntPropertyValue(c, UCHAR_SENTENCE_BREAK);
    if (kind == U_SB_UPPER || kind == U_SB_LOWER || kind == U_SB_OLETTER || kind == U_SB_STERM || kind == U_SB_ATERM ||
        kind == U_SB_SEP || kind == U_SB_LF || kind == U_SB_CR) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string_view> sentences(std::string_view text) {
  std::string joined(text);
  for (std::size_t i = 0; i < joined.size(); ++i) {
    const bool wraps = joined[i] == '\n' && i > 0 && text[i - 1] != '\n' && !starts_item(text.substr(i + 1));
    if (wraps) joined[i] = ' ';
  }
  std::vector<std::string_view> found;
  std::size_t begin = 0;
  for (const std::size_t end : sentence_ends(joined)) {
    const auto sentence = trimmed(text.substr(begin, end - begin));
    if (!sentence.empty()) found.push_back(sentence);
    begin = end;
  }
  return found;
}

std::optional<std::size_t> first_sentence_end(std::string_view text) {
  for (const std::size_t end : sentence_ends(text)) {
    const auto sentence = text.substr(0, end);
    if (trimmed(sentence).empty()) continue;
    if (sentence.back() == '\n' || (end < text.size() && is_decided(text.substr(end)))) return end;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace lectern::chat
