// Whether what was found has to do with the question at all.
#pragma once

#include <span>
#include <string_view>

#include "lectern/library.h"

namespace lectern::chat {

/// Judges by the passages' similarity and by the words that they share with the question.
bool is_relevant(std::string_view question, std::span<const Passage> passages);

}  // namespace lectern::chat
