// UTF-8, character by character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lectern::text {

/// The character at `position` of well-formed UTF-8; moves `position` behind it.
inline char32_t next_character(std::string_view text, std::size_t& position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[position + i]); };
  const char32_t first = byte(0);
  char32_t character = first;
  std::size_t length = 1;
  if (first >= 0xf0) {
    character = (first & 7) << 18 | (byte(1) & 63u) << 12 | (byte(2) & 63u) << 6 | (byte(3) & 63u);
    length = 4;
  } else if (first >= 0xe0) {
    character = (first & 15) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u);
    length = 3;
  } else if (first >= 0x80) {
    character = (first & 31) << 6 | (byte(1) & 63u);
    length = 2;
  }
  position += length;
  return character;
}

void append_character(std::string& text, char32_t character);

bool is_valid_utf8(std::string_view bytes);

/// Bytes in, whole characters out. Each maximal part of a broken character becomes one U+FFFD, as the Unicode standard
/// recommends (chapter 3, "U+FFFD Substitution of Maximal Subparts").
class Utf8Assembler {
 public:
  std::string add(std::string_view bytes);
  std::string finish();

 private:
  std::string pending_;  // the beginning of a character, at most 3 bytes
};

}  // namespace lectern::text
