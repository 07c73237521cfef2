#include "chat/conversation.h"

#include <cstddef>
#include <string>

#include "chat/slot.h"

namespace lectern::chat {
namespace {

// Hardly any text makes fewer tokens than one for each 64 bytes.
constexpr std::size_t kLongestToken = 64;

void check_size(std::span<const Message> messages, int room) {
  std::size_t bytes = 0;
  for (const auto& message : messages) bytes += message.content.size();
  if (bytes / kLongestToken <= static_cast<std::size_t>(room)) return;
  throw Error(ErrorCode::kTooLong, "The messages have " + std::to_string(bytes) + " bytes, and the context holds " +
                                       std::to_string(room) + " tokens. Shorten them.");
}

}  // namespace

std::vector<TokenId> conversation_prompt(const Tokenizer& tokenizer, std::span<const Message> messages, int room) {
  if (!tokenizer.has_chat_template()) {
    throw Error(ErrorCode::kUnsupported, "The model has no chat template: give it a prompt rather than messages.");
  }
  check_size(messages, room);
  std::vector<std::string> slots;
  std::vector<Message> framed;
  for (const auto& message : messages) {
    slots.push_back(unguessable_slot());
    framed.push_back({message.role, slots.back()});
  }
  auto parts = around_slots(tokenizer.apply_chat_template(framed), slots);
  if (parts.empty()) throw changed_text();
  std::vector<TokenId> prompt;
  const auto append = [&](std::string_view text, bool special) {
    const auto tokens = tokenizer.encode(
        text, {.add_special_tokens = false, .parse_special_tokens = special, .before = before_text(prompt, tokenizer)});
    prompt.insert(prompt.end(), tokens.begin(), tokens.end());
  };
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string blank = take_blank(parts[i]);
    append(parts[i], true);
    append(blank + messages[i].content, false);
  }
  append(parts.back(), true);
  return prompt;
}

}  // namespace lectern::chat
