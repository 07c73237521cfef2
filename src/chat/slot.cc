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

Error changed_text() {
  return {
      ErrorCode::kUnsupported,
      "The model's chat template changes the messages' text, so a prompt cannot be built with it. Use another model."};
}

}  // namespace lectern::chat
