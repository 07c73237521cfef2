#include "chat/evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <utility>

#include "chat/question.h"
#include "chat/sentence.h"
#include "chat/term.h"

namespace lectern::chat {
namespace {

// A claim says again much of the question, which any passage on the matter has: what it adds is what to look for.
constexpr double kAddedShare = 0.4;
// A claim may gather neighbouring sentences; fewer are a better quote.
constexpr std::size_t kLongestWindow = 3;
constexpr double kSentencePrice = 0.06;
// Sentences that have no word of the question are about something else.
constexpr double kBesideTheQuestion = 0.8;
// One word in common is chance.
constexpr double kChance = 0.5;
// A figure, option or path that the passage does not have, or a "not", is the surest sign that it is not the source:
// such a score stays below kSupported.
constexpr double kContradicted = 0.5;
// Enough to part sentences that support a claim alike, too little to outdo one that supports it better.
constexpr double kQuestionShare = 0.1;
// Of the best windows by words, those whose meaning is compared too, and the share of that in the score.
constexpr std::size_t kComparedWindows = 5;
constexpr double kMeaningShare = 0.35;

// What else speaks for a sentence as an answer, beside the share of the question's words that it has.
constexpr double kHeadingShare = 0.7;
constexpr double kNeighbourShare = 0.3;
constexpr double kRankShare = 0.2;
constexpr double kFigureShare = 0.3;
constexpr double kSimilarityShare = 2;
constexpr std::size_t kComparedSentences = 96;

// Bytes of a quotation of several sentences.
constexpr std::size_t kShortExcerpt = 300;
constexpr std::size_t kLongestExcerpt = 600;

bool holds(const std::vector<std::string>& sorted, const std::string& term) {
  return std::binary_search(sorted.begin(), sorted.end(), term);
}

std::vector<std::string> difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
  return rest;
}

std::vector<std::string> merged(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

bool asks(std::string_view sentence) { return sentence.ends_with("?") || sentence.ends_with("\uff1f"); }

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

Evidence::Evidence(std::span<const Passage> passages, std::string_view question, Similarity similarity)
    : question_(term_set(question)),
      asked_(question),
      similarity_(std::move(similarity)),
      wants_figure_(asks_for_figure(question)),
      unit_(asked_unit(question)) {
  for (int number = 1; number <= static_cast<int>(passages.size()); ++number) {
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
    const std::string above = std::filesystem::path(passage.file).stem().native() + "\n" + passage.heading + "\n";
    texts_.push_back({passage.heading, above, term_set(above)});
  }
}

double Evidence::weight(const std::string& term) const {
  const auto found = frequency_.find(term);
  const double frequency = found == frequency_.end() ? 0.5 : found->second;
  return std::log(1 + static_cast<double>(sentences_.size()) / frequency);
}

// By weight, of the terms wanted.
double Evidence::share(const std::vector<std::string>& wanted, const std::vector<std::string>& held) const {
  double total = 0, shared = 0;
  for (const auto& term : wanted) {
    total += weight(term);
    if (holds(held, term)) shared += weight(term);
  }
  return total > 0 ? shared / total : 0;
}

Evidence::Claim Evidence::claim_of(std::string_view text) const {
  Claim claim{text, term_set(text), {}, literals(text), has_negation(text)};
  std::erase_if(claim.terms, [](const std::string& term) { return term.size() == 1 && term[0] >= 'a'; });  // "e.g."
  claim.added = difference(claim.terms, question_);
  return claim;
}

// A figure elsewhere in the passage belongs to something else.
bool Evidence::misses_literal(const Claim& claim, const PassageText& passage, const Window& window) const {
  const LiteralText here(passage.above + std::string(sentences_[window.begin].title) + "\n" +
                         std::string(text_of(window)));
  return std::any_of(claim.literals.begin(), claim.literals.end(),
                     [&](const std::string& literal) { return !here.holds(literal); });
}

Evidence::Window Evidence::window(const Claim& claim, std::size_t begin, std::size_t end) const {
  const PassageText& passage = texts_[static_cast<std::size_t>(sentences_[begin].number - 1)];
  std::vector<std::string> held;
  bool negated = false;
  for (std::size_t i = begin; i < end; ++i) {
    held = merged(held, sentences_[i].terms);
    negated |= has_negation(sentences_[i].text);
  }
  const auto matches =
      std::count_if(claim.terms.begin(), claim.terms.end(), [&](const std::string& term) { return holds(held, term); });
  const auto around = merged(merged(held, passage.context), term_set(sentences_[begin].title));
  const double added = share(claim.added.empty() ? claim.terms : claim.added, held);
  Window found{begin, end, kAddedShare * added + (1 - kAddedShare) * share(claim.terms, around)};
  if (matches < 2 && claim.literals.empty()) found.score *= kChance;
  const bool misses = !claim.literals.empty() && misses_literal(claim, passage, found);
  found.contradicts = misses || (claim.negated && !negated);
  if (found.contradicts) found.score *= kContradicted;
  const auto asked_in = [&](const std::vector<std::string>& terms) {
    return std::count_if(question_.begin(), question_.end(),
                         [&](const std::string& term) { return holds(terms, term); });
  };
  if (!question_.empty() && asked_in(around) == 0) found.score *= kBesideTheQuestion;
  const auto near = static_cast<double>(asked_in(held));
  found.rank = found.score - kSentencePrice * static_cast<double>(end - begin - 1) +
               kQuestionShare * near / static_cast<double>(question_.size() + 1);
  return found;
}

std::string_view Evidence::text_of(const Window& window) const {
  const auto first = sentences_[window.begin].text, last = sentences_[window.end - 1].text;
  return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
}

Support Evidence::best_of(std::string_view text, int number) const {
  const Claim claim = claim_of(text);
  std::vector<Window> windows;
  for (std::size_t begin = 0; begin < sentences_.size(); ++begin) {
    if (number != 0 && sentences_[begin].number != number) continue;
    for (std::size_t end = begin + 1; end <= std::min(begin + kLongestWindow, sentences_.size()); ++end) {
      if (sentences_[end - 1].number != sentences_[begin].number || asks(sentences_[end - 1].text)) break;
      if (end == begin + 1 && is_heading(begin)) continue;  // it says what follows, not that it is so
      windows.push_back(window(claim, begin, end));
    }
  }
  if (windows.empty() || claim.terms.empty()) return {};
  std::stable_sort(windows.begin(), windows.end(), [](const Window& a, const Window& b) { return a.rank > b.rank; });
  if (windows.size() > kComparedWindows) windows.resize(kComparedWindows);
  if (similarity_) {
    std::vector<std::string> quotes;
    for (const auto& one : windows) quotes.emplace_back(text_of(one));
    const auto near = similarity_(text, quotes);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const double meaning = windows[i].contradicts ? kContradicted * near[i] : near[i];
      const double change = kMeaningShare * (meaning - windows[i].score);
      windows[i].score += change;
      windows[i].rank += change;
    }
    std::stable_sort(windows.begin(), windows.end(), [](const Window& a, const Window& b) { return a.rank > b.rank; });
  }
  const Window& best = windows.front();
  return {sentences_[best.begin].number, best.score, text_of(best)};
}

// A title has no title; as the last line it may still be all that there is.
bool Evidence::is_heading(std::size_t sentence) const {
  return sentence + 1 < sentences_.size() && sentences_[sentence + 1].title == sentences_[sentence].text;
}

// What a sentence announces with a colon belongs to it, however long.
std::string_view Evidence::excerpt_from(std::size_t sentence) const {
  Window window{sentence, sentence + 1};
  for (; window.end < sentences_.size() && window.end < sentence + kLongestWindow; ++window.end) {
    if (sentences_[window.end].number != sentences_[sentence].number || is_heading(window.end)) break;
    const bool announced = sentences_[window.end - 1].text.ends_with(":");
    const auto longer = text_of({sentence, window.end + 1}).size();
    if (longer > (announced ? kLongestExcerpt : kShortExcerpt)) break;
  }
  return text_of(window);
}

std::vector<Candidate> Evidence::candidates(std::size_t count) const {
  std::vector<Candidate> found;
  std::vector<std::string> texts;
  std::vector<double> of_sentence;
  for (const auto& sentence : sentences_) of_sentence.push_back(share(question_, sentence.terms));
  for (std::size_t i = 0; i < sentences_.size(); ++i) {
    const auto& sentence = sentences_[i];
    const auto& heading = texts_[static_cast<std::size_t>(sentence.number - 1)].heading;
    const bool follows = i > 0 && sentences_[i - 1].number == sentence.number;
    if (sentence.terms.empty() || is_heading(i)) continue;
    Candidate candidate{sentence.number, sentence.text, excerpt_from(i), context_of(heading, sentence.title),
                        of_sentence[i]};
    candidate.score += kHeadingShare * share(question_, term_set(candidate.context)) +
                       (follows ? kNeighbourShare * of_sentence[i - 1] : 0);
    candidate.score += kRankShare / sentence.number;
    if (wants_figure_ && has_figure(sentence.text) && sentence.text.find(unit_) != std::string_view::npos)
      candidate.score += kFigureShare;
    if (texts.size() < kComparedSentences)
      texts.push_back((candidate.context.empty() ? "" : candidate.context + ": ") + std::string(sentence.text));
    found.push_back(std::move(candidate));
  }
  if (similarity_) {
    const auto near = similarity_(asked_, texts);
    for (std::size_t i = 0; i < near.size(); ++i) {
      found[i].similarity = near[i];
      found[i].score += kSimilarityShare * near[i];
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  if (found.size() > count) found.resize(count);
  return found;
}

}  // namespace lectern::chat
