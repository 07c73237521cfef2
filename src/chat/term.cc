#include "chat/term.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lectern::chat {
namespace {

// Sorted.
constexpr auto kStopWords = std::to_array<std::string_view>(
    {"a",      "about",  "according", "after",  "all",     "also",   "am",       "an",    "and",     "answer", "any",
     "are",    "as",     "at",        "be",     "because", "been",   "before",   "being", "both",    "but",    "by",
     "can",    "cannot", "could",     "did",    "do",      "does",   "doing",    "done",  "each",    "either", "else",
     "etc",    "ever",   "every",     "for",    "from",    "give",   "given",    "had",   "has",     "have",   "he",
     "her",    "here",   "him",       "his",    "how",     "i",      "if",       "in",    "into",    "is",     "it",
     "its",    "just",   "let",       "many",   "may",     "me",     "might",    "more",  "most",    "much",   "must",
     "my",     "no",     "nor",       "not",    "of",      "on",     "one",      "only",  "or",      "other",  "our",
     "ours",   "out",    "over",      "own",    "passage", "please", "question", "same",  "says",    "shall",  "she",
     "should", "so",     "some",      "states", "such",    "tell",   "text",     "than",  "that",    "the",    "their",
     "them",   "then",   "there",     "these",  "they",    "this",   "those",    "to",    "too",     "under",  "up",
     "us",     "very",   "was",       "we",     "were",    "what",   "when",     "where", "whether", "which",  "while",
     "who",    "whom",   "whose",     "why",    "will",    "with",   "within",   "would", "yes",     "you",    "your"});

// They say after "how" what kind of answer is wanted, and nothing of what the question is about. Sorted.
constexpr auto kMeasures = std::to_array<std::string_view>(
    {"big", "deep", "far", "fast", "heavy", "high", "large", "long", "often", "old", "soon", "tall", "wide"});

// Characters of Chinese that ask or join: no pair reaches across them.
constexpr std::u32string_view kChineseStops = U"多少用的了是在和有吗呢什么怎哪着就都也与及或吧啊把被这那它他她我你们请";

void add_word(std::string word, std::vector<std::string>& out);

bool ends_with_sibilant(std::string_view word) {
  return word.ends_with("ss") || word.ends_with("us") || word.ends_with("is");
}

// "stopped" gives "stopp" and must meet "stop".
void undouble(std::string& word) {
  const std::size_t n = word.size();
  if (n > 3 && word[n - 1] == word[n - 2] && std::string_view("lsz").find(word[n - 1]) == std::string_view::npos) {
    word.pop_back();
  }
}

// A light suffix stripper: inflections only, so that few different words meet.
void stem(std::string& word) {
  if (word.size() > 4 && word.ends_with("ies")) {
    word.replace(word.size() - 3, 3, "y");
  } else if (word.size() > 3 && word.back() == 's' && !ends_with_sibilant(word)) {
    word.pop_back();
  }
  if (word.size() > 5 && word.ends_with("ing")) {
    word.resize(word.size() - 3);
    undouble(word);
  } else if (word.size() > 4 && word.ends_with("ed")) {
    word.resize(word.size() - 2);
    undouble(word);
  } else if (word.size() > 5 && word.ends_with("ly")) {
    word.resize(word.size() - 2);
  } else if (word.size() > 6 && word.ends_with("al")) {
    word.resize(word.size() - 2);  // "rehearsal", "removal"
  } else if (word.size() > 6 && (word.ends_with("tion") || word.ends_with("sion"))) {
    word.resize(word.size() - 3);  // "election", "discussion"
  }
  if (word.size() > 3 && word.back() == 'e') word.pop_back();
}

void add_word(std::string word, std::vector<std::string>& out) {
  if (word.empty() || std::binary_search(kStopWords.begin(), kStopWords.end(), word)) return;
  const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::islower(c) != 0; });
  if (plain) stem(word);
  out.push_back(std::move(word));
}

void append(std::string& out, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  out.append(bytes, static_cast<std::size_t>(size));
}

void add_han_run(const std::vector<UChar32>& run, std::vector<std::string>& out) {
  if (run.size() == 1) {
    append(out.emplace_back(), run[0]);
    return;
  }
  for (std::size_t i = 0; i + 1 < run.size(); ++i) {
    append(out.emplace_back(), run[i]);
    append(out.back(), run[i + 1]);
  }
}

bool is_han(UChar32 c) { return u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) != 0; }

}  // namespace

std::vector<std::string> terms(std::string_view text) {
  std::vector<std::string> found;
  std::string word;
  std::vector<UChar32> run;
  bool after_how = false;
  const auto flush = [&] {
    if (after_how && std::binary_search(kMeasures.begin(), kMeasures.end(), word)) word.clear();
    if (!word.empty()) after_how = word == "how";
    add_word(std::move(word), found);
    word.clear();
    if (!run.empty()) add_han_run(run, found);
    run.clear();
  };
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), i, size, c);
    if (is_han(c)) {
      if (!word.empty()) flush();
      const bool stops = kChineseStops.find(static_cast<char32_t>(c)) != std::u32string_view::npos;
      if (stops) flush();
      if (!stops) run.push_back(c);
    } else if (u_isalnum(c) != 0 && c != 0xfffd) {
      if (!run.empty()) flush();
      append(word, u_tolower(c));
    } else {
      flush();
    }
  }
  flush();
  return found;
}

std::vector<std::string> term_set(std::string_view text) {
  auto found = terms(text);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool is_number(std::string_view term) {
  return !term.empty() && std::all_of(term.begin(), term.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace lectern::chat
