#include "chat/history.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "chat/language.h"
#include "chat/prompt.h"
#include "chat/term.h"
#include "core/letters.h"

namespace lectern::chat {
namespace {

// Fewer words of meaning than this leave a search little to find.
constexpr std::size_t kFewTerms = 3;

// Of a completion: earlier turns that the model reads, tokens of its prompt and of what it writes.
constexpr std::size_t kReadTurns = 2;
constexpr int kBudget = 1024;
constexpr int kMostTokens = 48;

constexpr auto kPointers =
    std::to_array<std::string_view>({"he", "him", "it", "one", "ones", "she", "that", "them", "they", "this", "those",
                                     "these", "former", "latter", "same", "else"});
// What they belong to may stand in the question itself ("the heap … its middle").
constexpr auto kPossessives = std::to_array<std::string_view>({"her", "hers", "his", "its", "their"});
constexpr auto kChinesePointers = std::to_array<std::string_view>({"它", "他", "她", "这", "那", "其", "该", "呢"});

using Words = std::vector<std::string>;

Words words_of(std::string_view question) {
  Words words(1);
  for (const char c : lower(question)) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

template <std::size_t kCount>
bool have_one_of(const Words& words, const std::array<std::string_view, kCount>& wanted) {
  return std::find_first_of(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

// At something that it does not name.
bool plainly_points_back(std::string_view question, const Words& words) {
  return have_one_of(words, kPointers) ||
         std::any_of(kChinesePointers.begin(), kChinesePointers.end(),
                     [&](std::string_view pointer) { return question.find(pointer) != std::string_view::npos; });
}

bool points_back(std::string_view question) {
  const Words words = words_of(question);
  return plainly_points_back(question, words) || have_one_of(words, kPossessives);
}

bool goes_on(std::string_view question) {
  constexpr auto kBeginnings = std::to_array<std::string_view>(
      {"and ", "but ", "or ", "so ", "then ", "also ", "what about ", "how about ", "那", "还有", "以及"});
  const std::string begin = lower(trimmed(question).substr(0, 16));
  return std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](auto word) { return begin.starts_with(word); });
}

// What the model writes is the question again with some words of what was said before.
bool is_made_of(std::string_view completed, std::string_view question, std::string_view said) {
  const auto written = term_set(completed), allowed = term_set(said), asked = term_set(question);
  return std::includes(allowed.begin(), allowed.end(), written.begin(), written.end()) &&
         std::includes(written.begin(), written.end(), asked.begin(), asked.end());
}

}  // namespace

bool leans_on(std::string_view question, std::span<const Turn> history) {
  return !history.empty() && (points_back(question) || term_set(question).size() < kFewTerms);
}

bool may_stand_alone(std::string_view question) {
  const Words words = words_of(question);
  if (plainly_points_back(question, words) || goes_on(question)) return false;
  // What a possessive points at takes a term of its own.
  return term_set(question).size() + (have_one_of(words, kPossessives) ? 0 : 1) >= kFewTerms;
}

std::string topic_of(std::string_view question, std::span<const Turn> history) {
  if (!leans_on(question, history)) return std::string(question);
  const Turn& before = history.back();
  return before.topic.empty() ? before.question : before.topic;
}

std::string retrieval_query(std::string_view question, std::span<const Turn> history) {
  std::string query(question);
  if (!leans_on(question, history)) return query;
  const Turn& before = history.back();
  query += " " + before.question;
  if (!before.topic.empty() && before.topic != before.question) query += " " + before.topic;
  return query;
}

std::string completed_by(Engine& model, std::string_view question, std::span<const Turn> history,
                         const std::stop_token& stop) {
  Phrases phrases = phrases_for(question);
  phrases.instructions = phrases.rewriting;
  std::string said;
  for (const auto& turn : history.last(std::min(history.size(), kReadTurns)))
    said += "- " + turn.question + " " + turn.answer.substr(0, turn.answer.find('\n')) + "\n";
  const std::string asking = said + "- " + std::string(question);
  const int budget = std::min(kBudget, model.info().context_length - kMostTokens);
  if (static_cast<int>(asking.size()) > budget) return {};  // a token has a byte at least
  Request request;
  request.prompt = PromptBuilder(model.tokenizer(), phrases, asking, budget).build({}, {}).tokens;
  request.sampling.max_tokens = kMostTokens;
  request.sampling.stop = {"\n"};
  const auto writing = model.submit(std::move(request));
  const std::stop_callback cancel(stop, [&] { writing->cancel(); });
  const std::string& text = writing->wait().text;
  const std::size_t first = text.find_first_not_of("- \"");
  if (first == std::string::npos) return {};
  std::string completed = text.substr(first, text.find_last_not_of(" \"") + 1 - first);
  // Unchanged, it stands alone unless it plainly points back.
  const bool changed = term_set(completed) != term_set(question);
  if (!is_made_of(completed, question, asking) || (!changed && points_back(question))) return {};
  return changed ? completed : std::string(question);
}

}  // namespace lectern::chat
