// The sources of an answer.
#pragma once

#include <span>
#include <vector>

#include "chat/answer_stream.h"
#include "chat/evidence.h"
#include "lectern/chat.h"

namespace lectern::chat {

/// One for each sentence and number, in the answer's order, with the passage's sentence that supports it best.
std::vector<Citation> citations(std::span<const CitedSentence> sentences, std::span<const Passage> passages,
                                const Evidence& evidence);

}  // namespace lectern::chat
