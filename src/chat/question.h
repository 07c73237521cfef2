// What kind of answer a question wants.
#pragma once

#include <string_view>

namespace lectern::chat {

/// "How long", "how many", "when", "几": the answer is a figure, a date or a time.
bool asks_for_figure(std::string_view question);

/// Digits, or a number in words, English or Chinese.
bool has_figure(std::string_view sentence);

/// The character after "多少" or "几", which counts or measures ("几次", "多少度"); empty where there is none.
std::string_view asked_unit(std::string_view question);

bool has_negation(std::string_view sentence);

/// A sentence that says that the passages do not tell.
bool is_refusal(std::string_view sentence);

/// Whether a sentence that begins so may turn out to be one.
bool may_be_refusal(std::string_view beginning);

}  // namespace lectern::chat
