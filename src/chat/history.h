// Earlier questions and answers, and what they add to the next question.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "lectern/engine.h"

namespace lectern::chat {

struct Turn {
  std::string question;
  std::string answer;      // without citation markers: their numbers mean other passages by now
  std::string topic = {};  // the last question up to this one that could stand alone; empty: this one
};

/// Whether the question cannot stand alone ("And how long does it take?").
bool leans_on(std::string_view question, std::span<const Turn> history);

/// Whether one that seems to lean on what was said may mean something by itself after all: it is short, but no less
/// whole ("Who is the lighthouse keeper?"), or points at what it names itself.
bool may_stand_alone(std::string_view question);

/// The topic of a turn with this question.
std::string topic_of(std::string_view question, std::span<const Turn> history);

/// What to search for: the question, with those before it where it leans on them.
std::string retrieval_query(std::string_view question, std::span<const Turn> history);

/// The question as the model completes it with the names that it refers to; empty where what the model writes is not
/// made of what was said.
std::string completed_by(Engine& model, std::string_view question, std::span<const Turn> history,
                         const std::stop_token& stop);

}  // namespace lectern::chat
