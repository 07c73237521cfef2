// Whether what was found has to do with the question at all.
#pragma once

#include <span>
#include <string_view>

#include "lectern/library.h"

namespace lectern::chat {

/// Judges by the passages' similarity and by the words that they share with the question.
bool is_relevant(std::string_view question, std::span<const Passage> passages);

/// Whether the passages have every name that the question has ("PostgreSQL"): where one is missing, they speak of
/// something else.
bool knows_names(std::string_view question, std::span<const Passage> passages);

enum class Relevance { kNone, kUnsure, kSure };

/// By a model's judgement: `answered` is its "yes" to the best excerpt of the passages. kUnsure where only an answer
/// that the passages support is worth saying.
Relevance relevance(std::string_view question, std::span<const Passage> passages, double answered);

/// Whether the passages are about anything but the question, so that no model need read them.
bool are_unrelated(std::span<const Passage> passages);

}  // namespace lectern::chat
