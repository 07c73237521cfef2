#include "chat/relevance.h"

#include <algorithm>

#include "chat/term.h"

namespace lectern::chat {
namespace {

constexpr double kSurelyRelated = 0.45;
constexpr double kSurelyUnrelated = 0.2;
constexpr double kSharedWords = 0.5;

constexpr double kSurelyUnanswered = 0.1;
constexpr double kSurelyAnswered = 0.5;

// The share of the question's words that one passage has.
double overlap(const std::vector<std::string>& question, const Passage& passage) {
  if (question.empty()) return 0;
  const auto words = term_set(passage.heading + "\n" + passage.text);
  const auto shared = std::count_if(question.begin(), question.end(), [&](const std::string& term) {
    return std::binary_search(words.begin(), words.end(), term);
  });
  return static_cast<double>(shared) / static_cast<double>(question.size());
}

}  // namespace

bool is_relevant(std::string_view question, std::span<const Passage> passages) {
  const auto words = term_set(question);
  double similarity = 0, shared = 0;
  for (const auto& passage : passages) {
    similarity = std::max(similarity, passage.similarity);
    shared = std::max(shared, overlap(words, passage));
  }
  if (similarity >= kSurelyRelated) return true;
  return similarity >= kSurelyUnrelated && shared >= kSharedWords;
}

Relevance relevance(std::string_view question, std::span<const Passage> passages, const Judgement& judgement) {
  if (!is_relevant(question, passages) || judgement.answered < kSurelyUnanswered) return Relevance::kNone;
  return judgement.answered < kSurelyAnswered ? Relevance::kUnsure : Relevance::kSure;
}

}  // namespace lectern::chat
