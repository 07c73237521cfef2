#include "chat/evidence.h"

#include <algorithm>
#include <cmath>

#include "chat/sentence.h"
#include "chat/term.h"

namespace lectern::chat {
namespace {

// A claim may gather two sentences of a passage, so the passage as a whole counts too, though less.
constexpr double kSentenceShare = 0.7;
// A figure that the passage does not have is the surest sign that it is not the source.
constexpr double kMissingNumber = 0.5;
// Enough to part sentences that support a claim alike, too little to outdo one that supports it better.
constexpr double kQuestionShare = 0.1;

bool holds(const std::vector<std::string>& sorted, const std::string& term) {
  return std::binary_search(sorted.begin(), sorted.end(), term);
}

}  // namespace

Evidence::Evidence(std::span<const Passage> passages, std::string_view question)
    : passages_(static_cast<int>(passages.size())), question_(term_set(question)) {
  for (int number = 1; number <= passages_; ++number) {
    const Passage& passage = passages[static_cast<std::size_t>(number - 1)];
    for (const auto sentence : sentences(passage.text)) {
      sentences_.push_back({number, sentence, term_set(sentence)});
      for (const auto& term : sentences_.back().terms) ++frequency_[term];
    }
    passage_terms_.push_back(term_set(passage.text));
  }
}

double Evidence::weight(const std::string& term) const {
  const auto found = frequency_.find(term);
  const double frequency = found == frequency_.end() ? 0.5 : found->second;
  return std::log(1 + static_cast<double>(sentences_.size()) / frequency);
}

Support Evidence::best_of(std::string_view claim, int number) const {
  const auto wanted = term_set(claim);
  double total = 0;
  for (const auto& term : wanted) total += weight(term);

  std::vector<double> share(passage_terms_.size());  // of the claim, in each whole passage
  for (std::size_t p = 0; p < share.size() && total > 0; ++p) {
    bool misses_number = false;
    for (const auto& term : wanted) {
      if (holds(passage_terms_[p], term))
        share[p] += weight(term) / total;
      else
        misses_number |= is_number(term);
    }
    if (misses_number) share[p] *= kMissingNumber;
  }

  Support best;
  double best_rank = 0;
  for (const auto& sentence : sentences_) {
    if (number != 0 && sentence.number != number) continue;
    double covered = 0;
    std::size_t matches = 0;
    for (const auto& term : wanted) {
      if (!holds(sentence.terms, term)) continue;
      covered += weight(term);
      ++matches;
    }
    const double of_passage = share[static_cast<std::size_t>(sentence.number - 1)];
    double score =
        total > 0 ? kSentenceShare * std::min(covered / total, of_passage) + (1 - kSentenceShare) * of_passage : 0;
    if (matches < 2) score *= 0.5;  // one word in common is chance
    const auto near = std::count_if(question_.begin(), question_.end(),
                                    [&](const std::string& term) { return holds(sentence.terms, term); });
    const double rank = score + kQuestionShare * static_cast<double>(near) / static_cast<double>(question_.size() + 1);
    if (best.number == 0 || rank > best_rank) {
      best = {sentence.number, score, sentence.text};
      best_rank = rank;
    }
  }
  return best;
}

std::string Evidence::key_sentences(int number, std::string_view question, std::size_t count) const {
  const auto wanted = term_set(question);
  std::vector<std::pair<double, const Sentence*>> ranked;
  for (const auto& sentence : sentences_) {
    if (sentence.number != number) continue;
    double shared = 0;
    for (const auto& term : wanted) shared += holds(sentence.terms, term) ? weight(term) : 0;
    // The best passage was found for a reason, by its meaning if not by its words.
    if (shared > 0 || number == 1) ranked.emplace_back(shared, &sentence);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (ranked.size() > count) ranked.resize(count);
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::string text;
  for (const auto& [shared, sentence] : ranked) text.append(text.empty() ? "" : " ").append(sentence->text);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace lectern::chat
