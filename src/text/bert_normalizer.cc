#include "text/bert_normalizer.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/normalization.h"
#include "text/utf8.h"

namespace lectern::text {
namespace {

constexpr char32_t kReplacement = 0xfffd;

// The general category as Unicode 8 had it, which Hugging Face's tokenizers still go by: a vocabulary was counted with
// it. Characters added since belong to none that matters here, and six have moved.
std::uint32_t category(char32_t character) {
  switch (character) {
    case 0x166d:   // Canadian syllabics chi sign
    case 0x111c9:  // Sharada sandhi mark
      return U_GC_PO_MASK;
    case 0x1734:  // Hanunoo pamudpod
      return U_GC_MN_MASK;
    case 0x1885:  // Mongolian baludas
    case 0x1886:
      return U_GC_LO_MASK;
    case 0xa9bd:  // Javanese keret
      return U_GC_MC_MASK;
    default:
      break;
  }
  const auto code = static_cast<UChar32>(character);
  UVersionInfo age;
  u_charAge(code, age);
  if (age[0] > 8) return U_GC_CN_MASK;
  return U_GET_GC_MASK(code);
}

bool is_space(char32_t character) { return u_isUWhiteSpace(static_cast<UChar32>(character)) != 0; }

bool is_dropped(char32_t character) {
  if (character == '\t' || character == '\n' || character == '\r') return false;
  return character == kReplacement || (category(character) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0;
}

// The blocks of CJK ideographs that BERT's authors listed.
bool is_chinese(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x2a6df) ||
         (c >= 0x2a700 && c <= 0x2b73f) || (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

bool is_punctuation(char32_t c) {
  if (c < 0x80)
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
  return (category(c) & U_GC_P_MASK) != 0;
}

enum class Role : std::uint8_t { kLetter, kSpace, kPunctuation };

Role role(char32_t character) {
  if (is_space(character)) return Role::kSpace;
  return is_punctuation(character) ? Role::kPunctuation : Role::kLetter;
}

const std::array<Role, 128> kAsciiRole = [] {
  std::array<Role, 128> table{};
  for (char32_t c = 0; c < table.size(); ++c) table[c] = role(c);
  return table;
}();

std::string cleaned(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    const char32_t character = next_character(text, i);
    if (character >= ' ' && character < 0x7f) {
      out += static_cast<char>(character);
    } else if (is_dropped(character)) {
      continue;
    } else if (is_space(character)) {
      out += ' ';
    } else if (is_chinese(character)) {
      out += ' ';
      out += text.substr(begin, i - begin);
      out += ' ';
    } else {
      out += text.substr(begin, i - begin);
    }
  }
  return out;
}

void lower_and_strip(std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char32_t character = next_character(text, i);
    if (character < 0x80) {
      out += static_cast<char>(character >= 'A' && character <= 'Z' ? character + 32 : character);
    } else if ((category(character) & U_GC_MN_MASK) == 0) {
      append_character(out, static_cast<char32_t>(u_tolower(static_cast<UChar32>(character))));
    }
  }
  text = std::move(out);
}

}  // namespace

std::string normalize_for_bert(std::string_view text, bool lowercase) {
  std::string out = cleaned(text);
  if (!lowercase) return out;
  out = decompose(out);
  lower_and_strip(out);
  return out;
}

void for_each_bert_word(std::string_view normalized, const std::function<void(std::string_view)>& word) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < normalized.size();) {
    const std::size_t at = i;
    const char32_t character = next_character(normalized, i);
    const Role what = character < 0x80 ? kAsciiRole[character] : role(character);
    if (what == Role::kLetter) continue;
    if (at > begin) word(normalized.substr(begin, at - begin));
    if (what == Role::kPunctuation) word(normalized.substr(at, i - at));
    begin = i;
  }
  if (begin < normalized.size()) word(normalized.substr(begin));
}

}  // namespace lectern::text
