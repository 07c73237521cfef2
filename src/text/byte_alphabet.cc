#include "text/byte_alphabet.h"

#include <array>
#include <cstdint>

#include "text/utf8.h"

namespace lectern::text {
namespace {

constexpr int kNone = -1;

// Latin-1's visible characters stand for themselves; the other bytes, in order, take the characters from U+0100 on.
constexpr std::array<std::int16_t, 324> byte_of_character() {
  std::array<std::int16_t, 324> table{};
  for (auto& byte : table) byte = kNone;
  int next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const bool visible = (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table[static_cast<std::size_t>(visible ? byte : next++)] = static_cast<std::int16_t>(byte);
  }
  return table;
}

constexpr auto kByteOfCharacter = byte_of_character();

}  // namespace

std::optional<std::string> bytes_of_token(std::string_view token) {
  std::string bytes;
  for (std::size_t i = 0; i < token.size();) {
    const char32_t character = next_character(token, i);
    if (character >= kByteOfCharacter.size() || kByteOfCharacter[character] == kNone) return std::nullopt;
    bytes += static_cast<char>(kByteOfCharacter[character]);
  }
  return bytes;
}

}  // namespace lectern::text
