#include "text/utf8.h"

#include <cstdint>
#include <cstring>

namespace lectern::text {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

enum class Form { kWhole, kUnfinished, kBroken };

struct Prefix {
  Form form;
  std::size_t length;  // of the character, of its beginning, or of the maximal broken part (at least 1)
};

// What the non-empty `bytes` begin with (Unicode standard, table 3-7).
Prefix read_prefix(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {Form::kWhole, 1};
  if (first < 0xc2 || first > 0xf4) return {Form::kBroken, 1};
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return {Form::kUnfinished, i};
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (i == 1) {
      if (first == 0xe0) low = 0xa0;   // overlong below
      if (first == 0xed) high = 0x9f;  // surrogates above
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;  // past U+10FFFF
    }
    if (byte(i) < low || byte(i) > high) return {Form::kBroken, i};
  }
  return {Form::kWhole, length};
}

}  // namespace

void append_character(std::string& text, char32_t character) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xc0 | character >> 6);
    put(0x80 | (character & 63));
  } else if (character < 0x10000) {
    put(0xe0 | character >> 12);
    put(0x80 | (character >> 6 & 63));
    put(0x80 | (character & 63));
  } else {
    put(0xf0 | character >> 18);
    put(0x80 | (character >> 12 & 63));
    put(0x80 | (character >> 6 & 63));
    put(0x80 | (character & 63));
  }
}

bool is_valid_utf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    std::uint64_t eight = 0;
    if (bytes.size() - i >= 8) {
      std::memcpy(&eight, bytes.data() + i, 8);
      if ((eight & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    const Prefix prefix = read_prefix(bytes.substr(i));
    if (prefix.form != Form::kWhole) return false;
    i += prefix.length;
  }
  return true;
}

std::string Utf8Assembler::add(std::string_view bytes) {
  pending_ += bytes;
  std::string out;
  std::size_t i = 0;
  while (i < pending_.size()) {
    const Prefix prefix = read_prefix(std::string_view(pending_).substr(i));
    if (prefix.form == Form::kUnfinished) break;
    if (prefix.form == Form::kWhole) {
      out.append(pending_, i, prefix.length);
    } else {
      out += kReplacement;
    }
    i += prefix.length;
  }
  pending_.erase(0, i);
  return out;
}

std::string Utf8Assembler::finish() {
  const bool unfinished = !pending_.empty();
  pending_.clear();
  return unfinished ? std::string(kReplacement) : std::string();
}

}  // namespace lectern::text
