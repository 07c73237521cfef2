#include "library/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "lectern/error.h"

namespace lectern::library {
namespace {

using Breaks = std::unique_ptr<icu::BreakIterator>;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

Breaks make_breaks(bool of_sentences) {
  UErrorCode status = U_ZERO_ERROR;
  const auto& root = icu::Locale::getRoot();
  Breaks breaks(of_sentences ? icu::BreakIterator::createSentenceInstance(root, status)
                             : icu::BreakIterator::createWordInstance(root, status));
  if (U_FAILURE(status)) throw Error(ErrorCode::kInternal, "ICU has no text breaks: its data is missing.");
  return breaks;
}

// What ICU takes in one go: its positions are 32 bits.
constexpr std::int64_t kMaxRun = std::int64_t{1} << 30;

void append_pieces(icu::BreakIterator& breaks, std::string_view text, Span run, std::vector<Span>& out) {
  if (run.end - run.begin > kMaxRun) throw Error(ErrorCode::kUnsupported, "A line is longer than 1 GiB.");
  UErrorCode status = U_ZERO_ERROR;
  UText* view = utext_openUTF8(nullptr, text.data() + run.begin, run.end - run.begin, &status);
  breaks.setText(view, status);
  for (int32_t begin = breaks.first(), end = breaks.next(); end != icu::BreakIterator::DONE;
       begin = end, end = breaks.next()) {
    const Span piece = trimmed(text, {run.begin + begin, run.begin + end});
    if (piece.end > piece.begin) out.push_back(piece);
  }
  utext_close(view);
}

}  // namespace

Span trimmed(std::string_view text, Span span) {
  while (span.begin < span.end && is_space(text[static_cast<std::size_t>(span.begin)])) ++span.begin;
  while (span.end > span.begin && is_space(text[static_cast<std::size_t>(span.end - 1)])) --span.end;
  return span;
}

std::vector<Span> sentences(std::string_view text, Span within) {
  thread_local const Breaks breaks = make_breaks(true);
  std::vector<Span> out;
  for (std::int64_t begin = within.begin; begin < within.end;) {
    const std::size_t feed = text.find('\n', static_cast<std::size_t>(begin));
    const std::int64_t end = std::min(within.end, feed == std::string_view::npos ? within.end : std::int64_t(feed));
    if (end > begin) append_pieces(*breaks, text, {begin, end}, out);
    begin = end + 1;
  }
  return out;
}

std::vector<Span> words(std::string_view text, Span within) {
  thread_local const Breaks breaks = make_breaks(false);
  std::vector<Span> pieces, out;
  append_pieces(*breaks, text, within, pieces);
  for (const Span& piece : pieces) {  // punctuation stays with the word that it touches
    const auto first = static_cast<unsigned char>(text[static_cast<std::size_t>(piece.begin)]);
    const bool mark = first < 0x80 && std::ispunct(first) != 0;
    if (mark && !out.empty() && out.back().end == piece.begin && piece.end - out.back().begin < 64) {
      out.back().end = piece.end;
    } else {
      out.push_back(piece);
    }
  }
  return out;
}

}  // namespace lectern::library
