// Places for text in what a chat template writes: the template's special tokens are tokens, those in the text are not.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/error.h"
#include "lectern/tokenizer.h"

namespace lectern::chat {

/// Text that nobody can guess, so that no document can contain it.
std::string unguessable_slot();

/// What a template wrote around each slot, [slots + 1]; empty where it lost or changed one.
std::vector<std::string> around_slots(std::string_view rendered, std::span<const std::string> slots);

/// How a text begins that goes into a slot.
struct SlotBeginning {
  std::string blank;  // that the template wrote before the slot: tokens begin with a blank, and hardly ever end with it
  TextBefore before = TextBefore::kNothing;
};

/// Takes the blank from the end of what the template wrote before a slot.
std::string take_blank(std::string& part);
/// What stands before a text that follows `tokens`.
TextBefore before_text(std::span<const TokenId> tokens, const Tokenizer& tokenizer);

/// The error for that.
Error changed_text();

}  // namespace lectern::chat
