#include "chat/relevance.h"

#include <algorithm>
#include <filesystem>

#include "chat/judge.h"
#include "chat/literal.h"
#include "chat/term.h"

namespace lectern::chat {
namespace {

constexpr double kSurelyRelated = 0.45;
constexpr double kSurelyUnrelated = 0.2;
constexpr double kSharedWords = 0.5;

// Of Qwen2.5-1.5B's "yes" to the excerpt that answers best, on 160 questions that the files answer and 20 that they do
// not: below this are 3 of each ten of the latter and 1 in fifty of the former; up to kSurelyAnswered it may be either.
constexpr double kSurelyUnanswered = 0.4;
// Where the passages lack a name that is asked for, hardly any question is answered at all.
constexpr double kAnsweredAllTheSame = 0.8;

// The share of the question's words that one passage has.
double overlap(const std::vector<std::string>& question, const Passage& passage) {
  if (question.empty()) return 0;
  const auto words = term_set(passage.heading + "\n" + passage.text);
  const auto shared = std::count_if(question.begin(), question.end(), [&](const std::string& term) {
    return std::binary_search(words.begin(), words.end(), term);
  });
  return static_cast<double>(shared) / static_cast<double>(question.size());
}

double nearest(std::span<const Passage> passages) {
  double similarity = 0;
  for (const auto& passage : passages) similarity = std::max(similarity, passage.similarity);
  return similarity;
}

}  // namespace

bool is_relevant(std::string_view question, std::span<const Passage> passages) {
  const auto words = term_set(question);
  const double similarity = nearest(passages);
  double shared = 0;
  for (const auto& passage : passages) shared = std::max(shared, overlap(words, passage));
  if (similarity >= kSurelyRelated) return true;
  return similarity >= kSurelyUnrelated && shared >= kSharedWords;
}

bool knows_names(std::string_view question, std::span<const Passage> passages) {
  const auto asked = names(question);
  if (asked.empty()) return true;
  std::string all;
  for (const auto& passage : passages)
    all +=
        std::filesystem::path(passage.file).filename().native() + "\n" + passage.heading + "\n" + passage.text + "\n";
  const LiteralText text(all);
  return std::all_of(asked.begin(), asked.end(), [&](const std::string& name) { return text.mentions(name); });
}

bool are_unrelated(std::span<const Passage> passages) { return nearest(passages) < kSurelyUnrelated; }

Relevance relevance(std::string_view question, std::span<const Passage> passages, double answered) {
  const double least = knows_names(question, passages) ? kSurelyUnanswered : kAnsweredAllTheSame;
  if (answered < least) return Relevance::kNone;
  return answered < kSurelyAnswered ? Relevance::kUnsure : Relevance::kSure;
}

}  // namespace lectern::chat
