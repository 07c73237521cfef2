#include "library/words.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMaxTerms = 64;  // of a question

// Scripts whose words ICU finds with a dictionary.
bool is_unspaced(UChar32 c) {
  if (c < 0xe00) return false;
  return (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) ||
         u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) || (c >= 0x3040 && c <= 0x30ff);
}

bool is_word(UChar32 c) { return u_isalnum(c) || (U_GET_GC_MASK(c) & (U_GC_M_MASK | U_GC_CO_MASK)) != 0; }

template <typename F>
void each_character(std::string_view text, F&& f) {
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < size;) {
    const int64_t begin = i;
    UChar32 c;
    U8_NEXT(text.data(), i, size, c);
    f(c, text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(i - begin)));
  }
}

icu::BreakIterator& word_breaks() {
  thread_local const std::unique_ptr<icu::BreakIterator> breaks = [] {
    UErrorCode status = U_ZERO_ERROR;
    auto* made = icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status);
    if (U_FAILURE(status)) throw Error(ErrorCode::kInternal, "ICU has no word breaks: its data is missing.");
    return std::unique_ptr<icu::BreakIterator>(made);
  }();
  return *breaks;
}

void append_words(std::string_view run, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  UText* text = utext_openUTF8(nullptr, run.data(), static_cast<int64_t>(run.size()), &status);
  icu::BreakIterator& breaks = word_breaks();
  breaks.setText(text, status);
  out += ' ';
  for (int32_t begin = breaks.first(), end = breaks.next(); end != icu::BreakIterator::DONE;
       begin = end, end = breaks.next()) {
    out += run.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    out += ' ';
  }
  utext_close(text);
}

// Words that many passages have, or that questions are made with: they say nothing of what is asked.
bool is_stop_word(std::string_view word) {
  static const std::unordered_set<std::string_view> kStopWords = {
      "a",       "about",   "am",         "an",     "and",    "any",     "are",     "as",       "at",        "be",
      "been",    "by",      "can",        "could",  "did",    "do",      "does",    "for",      "from",      "had",
      "has",     "have",    "how",        "i",      "if",     "in",      "into",    "is",       "it",        "its",
      "me",      "my",      "of",         "on",     "or",     "our",     "s",       "should",   "so",        "some",
      "such",    "t",       "than",       "that",   "the",    "their",   "them",    "then",     "there",     "these",
      "they",    "this",    "those",      "to",     "was",    "we",      "were",    "what",     "when",      "where",
      "which",   "who",     "whom",       "why",    "will",   "with",    "would",   "you",      "your",      "get",
      "gets",    "got",     "must",       "may",    "might",  "need",    "needs",   "want",     "wants",     "make",
      "makes",   "made",    "tell",       "tells",  "say",    "says",    "said",    "give",     "gives",     "take",
      "takes",   "let",     "lets",       "keep",   "kind",   "way",     "thing",   "things",   "something", "somebody",
      "anybody", "nothing", "everything", "mean",   "means",  "happen",  "happens", "happened", "just",      "also",
      "only",    "very",    "too",        "more",   "most",   "much",    "many",    "not",      "no",        "don",
      "isn",     "doesn",   "won",        "other",  "others", "another", "one",     "ones",     "own",       "each",
      "every",   "all",     "both",       "while",  "after",  "before",  "again",   "once",     "up",        "out",
      "off",     "over",    "under",      "use",    "used",   "uses",    "using",   "mine",     "his",       "her",
      "he",      "she",     "him",        "yes",    "ever",   "go",      "goes",    "going",    "put",       "come",
      "comes",   "being",   "became",     "become", "know",   "find",    "instead", "still",    "without",   "through",
      "upon",    "exactly", "because",    "的",     "了",     "是",      "在",      "吗",       "什么",      "呢",
      "和",      "有",      "怎么",       "怎样",   "如何",   "为什么",  "哪",      "哪个",     "哪里",      "哪些",
      "多少",    "几",      "可以",       "能",     "会",     "要",      "我",      "你",       "它",        "这",
      "那",      "这个",    "那个",       "个",     "一个",   "种",      "就",      "也",       "都",        "还",
      "把",      "被",      "从",         "到",     "与",     "或",      "吧",      "上",       "里"};
  return kStopWords.contains(word);
}

std::string lower(std::string_view word) {
  std::string out;
  each_character(word, [&](UChar32 c, std::string_view) {
    const UChar32 small = u_tolower(c);
    char bytes[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, small);
    out.append(bytes, static_cast<std::size_t>(length));
  });
  return out;
}

std::vector<std::string> split(std::string_view question) {
  std::vector<std::string> words(1);
  each_character(question, [&](UChar32 c, std::string_view bytes) {
    if (is_word(c)) {
      words.back() += bytes;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  });
  if (words.back().empty()) words.pop_back();
  for (std::string& word : words) word = lower(word);
  return words;
}

}  // namespace

std::string index_text(std::string_view text) {
  std::string out, run, spaces;  // the open run, and what came after it so far
  out.reserve(text.size());
  const auto close = [&] {
    if (!run.empty()) append_words(run, out);
    out += spaces;
    run.clear();
    spaces.clear();
  };
  each_character(text, [&](UChar32 c, std::string_view bytes) {
    if (is_unspaced(c)) {
      if (std::count(spaces.begin(), spaces.end(), '\n') > 1) close();
      spaces.clear();
      run += bytes;
    } else if (!run.empty() && u_isUWhiteSpace(c)) {
      spaces += bytes;
    } else {
      close();
      out += bytes;
    }
  });
  close();
  return out;
}

std::vector<std::string> question_words(std::string_view question) {
  const auto words = split(index_text(to_valid_utf8(question)));
  const bool only_stop_words = std::all_of(words.begin(), words.end(), is_stop_word);
  std::unordered_set<std::string> seen;
  std::vector<std::string> out;
  for (const std::string& word : words) {
    if ((is_stop_word(word) && !only_stop_words) || !seen.insert(word).second) continue;
    if (out.size() == kMaxTerms) break;
    out.push_back(word);
  }
  return out;
}

std::string match_any(std::span<const std::string> words) {
  std::string query;
  for (const std::string& word : words) {
    if (word.find('"') == std::string::npos) query += (query.empty() ? "\"" : " OR \"") + word + '"';
  }
  return query;
}

double unspaced_share(std::string_view text) {
  std::int64_t unspaced = 0, all = 0;
  each_character(to_valid_utf8(text), [&](UChar32 c, std::string_view) {
    unspaced += is_unspaced(c);
    all += is_word(c);
  });
  return all == 0 ? 0 : static_cast<double>(unspaced) / static_cast<double>(std::max(all, unspaced));
}

}  // namespace lectern::library
