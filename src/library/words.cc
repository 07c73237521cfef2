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

enum class Script {
  kSpaced,
  kDictionary,  // Thai and its like: ICU knows the words
  kCharacters,  // Chinese and Japanese
};

Script script_of(UChar32 c) {
  if (c < 0xe00) return Script::kSpaced;
  if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) return Script::kDictionary;
  const bool character = u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) || (c >= 0x3040 && c <= 0x30ff);
  return character ? Script::kCharacters : Script::kSpaced;
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

using Words = std::vector<std::string>;

Words dictionary_words(std::string_view run) {
  Words words;
  UErrorCode status = U_ZERO_ERROR;
  UText* text = utext_openUTF8(nullptr, run.data(), static_cast<int64_t>(run.size()), &status);
  icu::BreakIterator& breaks = word_breaks();
  breaks.setText(text, status);
  for (int32_t begin = breaks.first(), end = breaks.next(); end != icu::BreakIterator::DONE;
       begin = end, end = breaks.next()) {
    words.emplace_back(run.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
  }
  utext_close(text);
  return words;
}

Words characters_of(std::string_view run) {
  Words characters;
  each_character(run, [&](UChar32, std::string_view bytes) { characters.emplace_back(bytes); });
  return characters;
}

// f(script, run) for each piece of text in one script. In a run of a script without spaces there are none: a line's end
// is no border there, but a paragraph's is.
template <typename F>
void each_run(std::string_view text, F&& f) {
  std::string run, spaces;  // the open run, and what came after it so far
  Script script = Script::kSpaced;
  const auto close = [&] {
    if (!run.empty()) f(script, run);
    if (!spaces.empty()) f(Script::kSpaced, spaces);
    run.clear();
    spaces.clear();
  };
  each_character(text, [&](UChar32 c, std::string_view bytes) {
    const Script its = script_of(c);
    if (script != Script::kSpaced && u_isUWhiteSpace(c)) {
      spaces += bytes;
      return;
    }
    if (its != script || std::count(spaces.begin(), spaces.end(), '\n') > 1) close();
    script = its;
    spaces.clear();
    run += bytes;
  });
  close();
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

Words spaced_words(std::string_view run) {
  Words words(1);
  each_character(run, [&](UChar32 c, std::string_view bytes) {
    if (is_word(c)) {
      words.back() += bytes;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  });
  if (words.back().empty()) words.pop_back();
  return words;
}

void append_pairs(const Words& characters, Words& out) {
  if (characters.size() == 1) out.push_back(characters.front());
  for (std::size_t i = 1; i < characters.size(); ++i) out.push_back(characters[i - 1] + characters[i]);
}

// Of what stands between stop words: "从图形界面切到" asks for 图形, 形界, 界面, 面切.
void append_pairs_between(std::string_view run, Words& out) {
  Words characters;
  for (const std::string& word : dictionary_words(run)) {
    if (is_stop_word(word)) {
      append_pairs(characters, out);
      characters.clear();
      continue;
    }
    const Words more = characters_of(word);
    characters.insert(characters.end(), more.begin(), more.end());
  }
  append_pairs(characters, out);
}

Words words_of(std::string_view question, bool with_stop_words) {
  Words words;
  each_run(question, [&](Script script, std::string_view run) {
    if (script == Script::kCharacters) {
      return with_stop_words ? append_pairs(characters_of(run), words) : append_pairs_between(run, words);
    }
    for (const std::string& written : script == Script::kSpaced ? spaced_words(run) : dictionary_words(run)) {
      std::string word = lower(written);
      if (with_stop_words || !is_stop_word(word)) words.push_back(std::move(word));
    }
  });
  return words;
}

}  // namespace

std::string index_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_run(text, [&](Script script, std::string_view run) {
    if (script == Script::kSpaced) {
      out += run;
      return;
    }
    const Words words = script == Script::kDictionary ? dictionary_words(run) : characters_of(run);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (script == Script::kCharacters && i > 0) out.append(" ").append(words[i - 1]).append(words[i]);
      out.append(" ").append(words[i]);
    }
    out += ' ';
  });
  return out;
}

std::vector<std::string> question_words(std::string_view question) {
  const std::string text = to_valid_utf8(question);
  Words words = words_of(text, false);
  if (words.empty()) words = words_of(text, true);
  std::unordered_set<std::string> seen;
  std::erase_if(words, [&](const std::string& word) { return !seen.insert(word).second; });
  if (words.size() > kMaxTerms) words.resize(kMaxTerms);
  return words;
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
    unspaced += script_of(c) != Script::kSpaced;
    all += is_word(c);
  });
  return all == 0 ? 0 : static_cast<double>(unspaced) / static_cast<double>(std::max(all, unspaced));
}

}  // namespace lectern::library
