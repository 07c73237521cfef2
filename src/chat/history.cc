#include "chat/history.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "chat/term.h"

namespace lectern::chat {
namespace {

// Fewer words of meaning than this leave a search little to find.
constexpr std::size_t kFewTerms = 3;

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

}  // namespace

std::string retrieval_query(std::string_view question, std::span<const Turn> history) {
  std::string query(question);
  if (history.empty()) return query;
  if (points_back(question) || term_set(question).size() < kFewTerms) query += " " + history.back().question;
  return query;
}

}  // namespace lectern::chat
