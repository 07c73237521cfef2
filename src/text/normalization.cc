#include "text/normalization.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>

#include <algorithm>
#include <vector>

#include "lectern/error.h"
#include "text/utf8.h"

namespace lectern::text {
namespace {

// ICU sorts the marks behind a letter by insertion, quadratic in their number. Longer runs are sorted here first.
constexpr std::size_t kLongRun = 64;  // marks; 30 is the most that "stream-safe" text holds

void check(UErrorCode status) {
  if (U_SUCCESS(status)) return;
  throw Error(ErrorCode::kInternal, std::string("Unicode normalization failed: ") + u_errorName(status) + ".");
}

// The characters of Unicode 9, the version that Hugging Face's tokenizers normalize by: newer ones stay as they are.
const icu::UnicodeSet& known_characters() {
  static const icu::UnicodeSet set = [] {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeSet characters(u"[:age=9.0:]", status);
    check(status);
    characters.freeze();
    return characters;
  }();
  return set;
}

using Form = const icu::Normalizer2* (*)(UErrorCode&);

icu::FilteredNormalizer2 normalizer(Form form) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* all = form(status);
  check(status);
  return {*all, known_characters()};
}

const icu::Normalizer2& nfd() {
  static const icu::FilteredNormalizer2 instance = normalizer(icu::Normalizer2::getNFDInstance);
  return instance;
}

const icu::Normalizer2& nfc() {
  static const icu::FilteredNormalizer2 instance = normalizer(icu::Normalizer2::getNFCInstance);
  return instance;
}

bool is_mark(char32_t character) {
  const auto code = static_cast<UChar32>(character);
  return code >= 0x300 && u_getIntPropertyValue(code, UCHAR_LEAD_CANONICAL_COMBINING_CLASS) != 0 &&
         known_characters().contains(code);
}

void append_sorted(std::string_view run, std::string& out) {
  std::vector<UChar32> marks;
  for (std::size_t i = 0; i < run.size();) {
    const auto mark = static_cast<UChar32>(next_character(run, i));
    icu::UnicodeString parts;
    if (!nfd().getDecomposition(mark, parts)) parts.setTo(mark);
    for (int32_t n = 0; n < parts.length(); n = parts.moveIndex32(n, 1)) marks.push_back(parts.char32At(n));
  }
  std::stable_sort(marks.begin(), marks.end(),
                   [](UChar32 a, UChar32 b) { return u_getCombiningClass(a) < u_getCombiningClass(b); });
  for (const UChar32 mark : marks) append_character(out, static_cast<char32_t>(mark));
}

// A canonically equivalent text without a long run of marks out of order.
std::string with_sorted_runs(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  std::size_t run = 0;  // where the current run of marks began
  std::size_t marks = 0;
  const auto end_run = [&](std::size_t end) {
    if (marks > kLongRun) {
      out += text.substr(copied, run - copied);
      append_sorted(text.substr(run, end - run), out);
      copied = end;
    }
    marks = 0;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    if (is_mark(next_character(text, i))) {
      if (marks++ == 0) run = begin;
    } else {
      end_run(begin);
    }
  }
  end_run(text.size());
  out += text.substr(copied);
  return out;
}

// Whether every character is below the first that begins with `byte`.
bool all_below(std::string_view text, unsigned byte) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return static_cast<unsigned char>(c) < byte; });
}

std::string normalize(std::string_view text, const icu::Normalizer2& form) {
  UErrorCode status = U_ZERO_ERROR;
  const std::string sorted = with_sorted_runs(text);
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<int32_t>(sorted.size()));
  form.normalizeUTF8(0, {sorted.data(), static_cast<int32_t>(sorted.size())}, sink, nullptr, status);
  check(status);
  return out;
}

}  // namespace

std::string compose(std::string_view text) {
  constexpr unsigned kLeadOf300 = 0xcc;  // all below U+0300 is composed
  return all_below(text, kLeadOf300) ? std::string(text) : normalize(text, nfc());
}

std::string decompose(std::string_view text) {
  constexpr unsigned kLeadOfC0 = 0xc3;  // all below U+00C0 is decomposed
  return all_below(text, kLeadOfC0) ? std::string(text) : normalize(text, nfd());
}

}  // namespace lectern::text
