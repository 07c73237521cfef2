#include "chat/slot.h"

#include <random>

namespace lectern::chat {

std::string unguessable_slot() {
  std::random_device random;
  std::string name = "slot";
  for (int i = 0; i < 4; ++i) name += std::to_string(random()) + "x";
  return name;
}

std::vector<std::string> around_slots(std::string_view rendered, std::span<const std::string> slots) {
  std::vector<std::string> parts;
  for (const auto& slot : slots) {
    const std::size_t at = rendered.find(slot);
    if (at == std::string_view::npos || rendered.find(slot, at + 1) != std::string_view::npos) return {};
    parts.emplace_back(rendered.substr(0, at));
    rendered.remove_prefix(at + slot.size());
  }
  parts.emplace_back(rendered);
  return parts;
}

std::string take_blank(std::string& part) {
  if (!part.ends_with(' ')) return {};
  part.pop_back();
  return " ";
}

TextBefore before_text(std::span<const TokenId> tokens, const Tokenizer& tokenizer) {
  if (tokens.empty()) return TextBefore::kNothing;
  return tokenizer.token_bytes(tokens.back()).empty() ? TextBefore::kSpecialToken : TextBefore::kText;
}

Error changed_text() {
  return {
      ErrorCode::kUnsupported,
      "The model's chat template changes the messages' text, so a prompt cannot be built with it. Use another model."};
}

}  // namespace lectern::chat
