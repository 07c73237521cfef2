// Earlier questions and answers, and what they add to the next question.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lectern::chat {

struct Turn {
  std::string question;
  std::string answer;  // without citation markers: their numbers mean other passages by now
};

/// What to search for: the question, with the one before it where it cannot stand alone ("And how long does it take?").
std::string retrieval_query(std::string_view question, std::span<const Turn> history);

}  // namespace lectern::chat
