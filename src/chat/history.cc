#include "chat/history.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "chat/language.h"
#include "chat/prompt.h"
#include "chat/term.h"

namespace lectern::chat {
namespace {

// Fewer words of meaning than this leave a search little to find.
constexpr std::size_t kFewTerms = 3;

// Of a completion: earlier turns that the model reads, tokens of its prompt and of what it writes.
constexpr std::size_t kReadTurns = 2;
constexpr int kBudget = 1024;
constexpr int kMostTokens = 48;

constexpr auto kPointers = std::to_array<std::string_view>(
    {"he",    "her",  "hers", "him",  "his",   "it",    "its",    "one",    "ones", "she", "that",
     "their", "them", "they", "this", "those", "these", "former", "latter", "same", "else"});
constexpr auto kChinesePointers = std::to_array<std::string_view>({"它", "他", "她", "这", "那", "其", "该", "呢"});

bool points_back(std::string_view question) {
  std::string word;
  bool found = false;
  const auto flush = [&] {
    found |= std::find(kPointers.begin(), kPointers.end(), word) != kPointers.end();
    word.clear();
  };
  for (const char c : question) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else
      flush();
  }
  flush();
  return found || std::any_of(kChinesePointers.begin(), kChinesePointers.end(), [&](std::string_view pointer) {
           return question.find(pointer) != std::string_view::npos;
         });
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
