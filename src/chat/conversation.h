// The prompt of a conversation that somebody else keeps.
#pragma once

#include <span>
#include <vector>

#include "lectern/tokenizer.h"

namespace lectern::chat {

/// The tokens of `messages` by the model's chat template. Special tokens come from the template alone, whatever the
/// messages say. Throws Error: kUnsupported (no template, or one that changes the messages), kInvalidArgument (the
/// template refuses these messages), kTooLong (text that no context of `room` tokens could hold, refused unread).
std::vector<TokenId> conversation_prompt(const Tokenizer& tokenizer, std::span<const Message> messages, int room);

}  // namespace lectern::chat
