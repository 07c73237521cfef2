// Places for text in what a chat template writes: the template's special tokens are tokens, those in the text are not.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/error.h"

namespace lectern::chat {

/// Text that nobody can guess, so that no document can contain it.
std::string unguessable_slot();

/// What a template wrote around each slot, [slots + 1]; empty where it lost or changed one.
std::vector<std::string> around_slots(std::string_view rendered, std::span<const std::string> slots);

/// The error for that.
Error changed_text();

}  // namespace lectern::chat
