#include "library/full_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "library/words.h"

namespace lectern::library {
namespace {

// Rows that FTS5 scores for one question: some 15 ms' worth.
constexpr std::int64_t kMaxRows = 30'000;
constexpr std::size_t kMaxFrequencies = 1 << 14;

// A word of a heading counts half as much again.
constexpr const char* kSearch =
    "SELECT rowid, -bm25(chunk_words, 1.5, 1.0) FROM chunk_words WHERE chunk_words MATCH ? ORDER BY 2 DESC, 1 LIMIT ?";
constexpr const char* kFrequency = "SELECT count(*) FROM chunk_words WHERE chunk_words MATCH ?";

// Of one word in FTS5's bm25(), which has k1 = 1.2: what it nears as the word fills the passage.
double most(std::int64_t passages, std::int64_t frequency) {
  const double rarity =
      std::log((static_cast<double>(passages - frequency) + 0.5) / (static_cast<double>(frequency) + 0.5));
  return 2.2 * std::max(rarity, 1e-6);
}

}  // namespace

void FullText::refresh() {
  frequencies_.clear();
  Statement count(database_, "SELECT count(*) FROM chunks INDEXED BY chunks_of_document");
  passages_ = count.step() ? count.integer(0) : 0;
}

std::int64_t FullText::frequency(const std::string& word) {
  const auto known = frequencies_.find(word);
  if (known != frequencies_.end()) return known->second;
  if (frequencies_.size() >= kMaxFrequencies) frequencies_.clear();
  Statement count(database_, kFrequency);
  const std::string query = match_any(std::span(&word, 1));
  count.bind_text(0, query);
  return frequencies_[word] = count.step() ? count.integer(0) : 0;
}

std::vector<Match> FullText::search(std::string_view question, std::size_t count) {
  std::vector<std::pair<std::int64_t, std::string>> words;
  for (std::string& word : question_words(question)) {
    const std::int64_t passages = frequency(word);
    words.emplace_back(passages, std::move(word));
  }
  std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> asked;
  std::int64_t rows = 0;
  double attainable = 0;
  for (auto& [passages, word] : words) {
    if (rows > 0 && rows + passages > kMaxRows) break;
    rows += passages;
    attainable += most(passages_, passages);
    if (passages > 0) asked.push_back(std::move(word));
  }
  std::vector<Match> out;
  if (asked.empty()) return out;
  Statement found(database_, kSearch);
  const std::string query = match_any(asked);
  found.bind_text(0, query).bind(1, static_cast<std::int64_t>(count));
  while (found.step()) out.push_back({found.integer(0), std::min(found.real(1) / attainable, 1.0)});
  return out;
}

}  // namespace lectern::library
