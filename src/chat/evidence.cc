#include "chat/evidence.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "chat/question.h"
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

// What else speaks for a sentence, beside the share of the question's words that it has.
constexpr double kHeadingShare = 0.7;
constexpr double kNeighbourShare = 0.3;
constexpr double kRankShare = 0.2;
constexpr double kFigureShare = 0.3;

bool holds(const std::vector<std::string>& sorted, const std::string& term) {
  return std::binary_search(sorted.begin(), sorted.end(), term);
}

// A short line that does not end as a sentence does.
bool is_title(std::string_view sentence) {
  constexpr std::size_t kLongest = 80;
  constexpr auto kEnds = std::to_array<std::string_view>({".", "!", "?", ":", ";", "\u3002", "\uff01", "\uff1f"});
  return sentence.size() <= kLongest && !sentence.starts_with("-") &&
         sentence.find_first_of("|\t") == std::string_view::npos &&
         std::none_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) { return sentence.ends_with(end); });
}

// Cells are parted by tabs. The first row of a table heads the others.
bool is_row(std::string_view sentence) { return sentence.find('\t') != std::string_view::npos; }

// Headings above a sentence, each once.
std::string context_of(const std::string& heading, std::string_view title) {
  if (title.empty() || heading.find(title) != std::string::npos) return heading;
  return heading.empty() ? std::string(title) : heading + " › " + std::string(title);
}

}  // namespace

Evidence::Evidence(std::span<const Passage> passages, std::string_view question)
    : passages_(static_cast<int>(passages.size())),
      question_(term_set(question)),
      wants_figure_(asks_for_figure(question)),
      unit_(asked_unit(question)) {
  for (int number = 1; number <= passages_; ++number) {
    const Passage& passage = passages[static_cast<std::size_t>(number - 1)];
    std::string_view title;
    bool in_table = false;
    for (const auto sentence : sentences(passage.text)) {
      const bool first_row = is_row(sentence) && !in_table;
      in_table = is_row(sentence);
      const bool is_heading = first_row || is_title(sentence);
      if (is_heading) title = sentence;
      sentences_.push_back({number, sentence, is_heading ? std::string_view() : title, term_set(sentence)});
      for (const auto& term : sentences_.back().terms) ++frequency_[term];
    }
    headings_.push_back(passage.heading);
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

double Evidence::share_of_question(const std::vector<std::string>& terms) const {
  double total = 0, shared = 0;
  for (const auto& term : question_) {
    total += weight(term);
    if (holds(terms, term)) shared += weight(term);
  }
  return total > 0 ? shared / total : 0;
}

std::vector<Candidate> Evidence::candidates(std::size_t count) const {
  std::vector<double> of_sentence;
  for (const auto& sentence : sentences_) of_sentence.push_back(share_of_question(sentence.terms));
  std::vector<Candidate> found;
  for (std::size_t i = 0; i < sentences_.size(); ++i) {
    const auto& sentence = sentences_[i];
    const auto passage = static_cast<std::size_t>(sentence.number - 1);
    const bool follows = i > 0 && sentences_[i - 1].number == sentence.number;
    // A title has no title; as the last line it may still be all that there is.
    const bool is_heading = i + 1 < sentences_.size() && sentences_[i + 1].title == sentence.text;
    if (sentence.terms.empty() || is_heading) continue;
    Candidate candidate{sentence.number, sentence.text, context_of(headings_[passage], sentence.title), of_sentence[i]};
    candidate.score += kHeadingShare * share_of_question(term_set(candidate.context)) +
                       (follows ? kNeighbourShare * of_sentence[i - 1] : 0);
    candidate.score += kRankShare / sentence.number;
    if (wants_figure_ && has_figure(sentence.text) && sentence.text.find(unit_) != std::string_view::npos)
      candidate.score += kFigureShare;
    found.push_back(std::move(candidate));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  if (found.size() > count) found.resize(count);
  return found;
}

}  // namespace lectern::chat
