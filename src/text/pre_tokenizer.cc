#include "text/pre_tokenizer.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/recent_characters.h"
#include "text/utf8.h"

namespace lectern::text {
namespace {

enum class Class : std::uint8_t { kOther, kLetter, kNumber, kSpace };

Class unicode_class(char32_t character) {
  const auto code = static_cast<UChar32>(character);
  const std::uint32_t mask = U_GET_GC_MASK(code);
  if ((mask & U_GC_L_MASK) != 0) return Class::kLetter;
  if ((mask & U_GC_N_MASK) != 0) return Class::kNumber;
  if ((mask & U_GC_CN_MASK) != 0) {
    if (is_recent_letter(character)) return Class::kLetter;
    return is_recent_number(character) ? Class::kNumber : Class::kOther;
  }
  return u_isUWhiteSpace(code) ? Class::kSpace : Class::kOther;
}

const std::array<Class, 128> kAsciiClass = [] {
  std::array<Class, 128> table{};
  for (char32_t c = 0; c < table.size(); ++c) table[c] = unicode_class(c);
  return table;
}();

struct Character {
  char32_t code = 0;
  Class type = Class::kOther;
  std::size_t end = 0;  // the byte behind it
};

Character character_at(std::string_view text, std::size_t position) {
  Character character;
  character.end = position;
  character.code = next_character(text, character.end);
  character.type = character.code < 128 ? kAsciiClass[character.code] : unicode_class(character.code);
  return character;
}

std::size_t skip(std::string_view text, std::size_t position, Class type) {
  while (position < text.size()) {
    const Character next = character_at(text, position);
    if (next.type != type) break;
    position = next.end;
  }
  return position;
}

bool is_line_break(char32_t code) { return code == '\n' || code == '\r'; }

// 's|'t|'re|'ve|'m|'ll|'d at an apostrophe: the end, or `position` where there is none.
std::size_t contraction_end(std::string_view text, std::size_t position, bool any_case) {
  std::size_t i = position + 1;
  std::array<char32_t, 2> letters{};
  std::array<std::size_t, 2> ends{position, position};
  for (std::size_t n = 0; n < letters.size() && i < text.size(); ++n) {
    letters[n] = next_character(text, i);
    if (any_case && letters[n] < 128) letters[n] |= 0x20;   // also changes what is no letter, into no letter of these
    if (any_case && letters[n] == 0x17f) letters[n] = 's';  // long s folds to it
    ends[n] = i;
  }
  const auto [first, second] = letters;
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return ends[0];
  if ((first == 'r' || first == 'v') && second == 'e') return ends[1];
  if (first == 'l' && second == 'l') return ends[1];
  return position;
}

// \s+(?!\S)|\s+ : a run of spaces leaves its last one to the word behind it.
std::size_t spaces_end(std::string_view text, std::size_t position) {
  std::size_t last = position;
  std::size_t end = position;
  while (end < text.size()) {
    const Character next = character_at(text, end);
    if (next.type != Class::kSpace) return last > position ? last : end;
    last = end;
    end = next.end;
  }
  return end;
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t scan_gpt2(std::string_view text, std::size_t position) {
  Character first = character_at(text, position);
  if (first.code == '\'') {
    const std::size_t end = contraction_end(text, position, false);
    if (end > position) return end;
  }
  if (first.code == ' ' && first.end < text.size()) {
    const Character second = character_at(text, first.end);
    if (second.type != Class::kSpace) first = second;
  }
  if (first.type == Class::kSpace) return spaces_end(text, position);
  return skip(text, first.end, first.type);
}

// \s*[\r\n]+|\s+(?!\S)|\s+
std::size_t spaces_and_lines_end(std::string_view text, std::size_t position) {
  std::size_t line_end = position;
  for (std::size_t end = position; end < text.size();) {
    const Character next = character_at(text, end);
    if (next.type != Class::kSpace) break;
    end = next.end;
    if (is_line_break(next.code)) line_end = end;
  }
  return line_end > position ? line_end : spaces_end(text, position);
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,kDigits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+
// |\s+(?!\S)|\s+
template <int kDigits>
std::size_t scan_cl100k(std::string_view text, std::size_t position) {
  const Character first = character_at(text, position);
  if (first.code == '\'') {
    const std::size_t end = contraction_end(text, position, true);
    if (end > position) return end;
  }
  if (first.type == Class::kLetter) return skip(text, first.end, Class::kLetter);
  if (first.type == Class::kNumber) {
    std::size_t end = first.end;
    for (int n = 1; n < kDigits && end < text.size(); ++n) {
      const Character next = character_at(text, end);
      if (next.type != Class::kNumber) break;
      end = next.end;
    }
    return end;
  }
  Class second = Class::kSpace;
  if (first.end < text.size()) second = character_at(text, first.end).type;
  if (second == Class::kLetter && !is_line_break(first.code)) return skip(text, first.end, Class::kLetter);
  if (first.type == Class::kOther || (first.code == ' ' && second == Class::kOther)) {
    std::size_t end = skip(text, first.end, Class::kOther);
    while (end < text.size() && is_line_break(static_cast<unsigned char>(text[end]))) ++end;
    return end;
  }
  return spaces_and_lines_end(text, position);
}

constexpr std::array kPreTokenizers{
    PreTokenizer{.name = "gpt-2", .scan = scan_gpt2},
    PreTokenizer{.name = "smollm", .scan = scan_gpt2, .split_numbers = true},
    PreTokenizer{.name = "qwen2", .scan = scan_cl100k<1>, .compose = true},
    PreTokenizer{.name = "llama-bpe", .scan = scan_cl100k<3>, .whole_words = true},
};

}  // namespace

const PreTokenizer* find_pre_tokenizer(std::string_view name) {
  const auto* found = std::find_if(kPreTokenizers.begin(), kPreTokenizers.end(),
                                   [&](const PreTokenizer& family) { return family.name == name; });
  return found == kPreTokenizers.end() ? nullptr : found;
}

bool is_number_at(std::string_view text, std::size_t position, std::size_t& end) {
  const Character character = character_at(text, position);
  end = character.end;
  return character.type == Class::kNumber || is_recent_digit(character.code);
}

}  // namespace lectern::text
