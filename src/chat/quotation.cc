#include "chat/quotation.h"

#include <algorithm>

#include "chat/judge.h"

namespace lectern::chat {
namespace {

// Sentences that words and meaning choose, for the model to choose among.
constexpr std::size_t kCandidates = 10;
// Weight of words and meaning against the model's judgement, in nats a token.
constexpr double kWordWeight = 2;

std::string in_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

Quotation quotation_of(const Candidate& candidate) {
  return {candidate.number, in_one_line(candidate.sentence), in_one_line(candidate.excerpt), candidate.excerpt};
}

}  // namespace

std::vector<Quotation> key_sentences(Engine& model, const Evidence& evidence, std::string_view question) {
  const auto candidates = evidence.candidates(kCandidates);
  if (candidates.empty()) return {};
  std::vector<std::string> texts;
  for (const auto& candidate : candidates) texts.push_back(candidate.context + ": " + in_one_line(candidate.sentence));
  const auto likelihoods = question_likelihoods(model, texts, question);
  const auto score = [&](std::size_t i) { return kWordWeight * candidates[i].score + likelihoods[i]; };
  std::size_t best = 0;
  for (std::size_t i = 1; i < candidates.size(); ++i) best = score(i) > score(best) ? i : best;
  return {quotation_of(candidates[best])};
}

std::optional<Finding> likeliest_answer(Engine& model, const Phrases& phrases, const Evidence& evidence,
                                        std::string_view question, const std::stop_token& stop) {
  const auto candidates = evidence.candidates(kCandidates);
  const auto answered = judged(model, phrases, question, candidates, stop);
  if (answered.empty()) return std::nullopt;
  const auto best = std::max_element(answered.begin(), answered.end());
  return Finding{*best, quotation_of(candidates[static_cast<std::size_t>(best - answered.begin())])};
}

std::vector<Passage> condensed(std::span<const Passage> passages, std::span<const Quotation> chosen) {
  std::vector<Passage> short_ones(passages.size());
  for (const auto& quotation : chosen) {
    std::string& text = short_ones[static_cast<std::size_t>(quotation.number - 1)].text;
    text.append(text.empty() ? "" : " ").append(quotation.text);
  }
  return short_ones;
}

}  // namespace lectern::chat
