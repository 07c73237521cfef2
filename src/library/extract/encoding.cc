#include "library/extract/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/paths.h"

namespace lectern::library {
namespace {

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;

// Empty where ICU knows no such encoding.
std::string convert(std::string_view bytes, const char* encoding) {
  UErrorCode status = U_ZERO_ERROR;
  const Converter from(ucnv_open(encoding, &status), &ucnv_close);
  const Converter to(ucnv_open("UTF-8", &status), &ucnv_close);
  if (U_FAILURE(status)) return {};
  std::string out;
  std::array<char, 16384> buffer;
  std::array<UChar, 4096> pivot;
  UChar *pivot_source = pivot.data(), *pivot_target = pivot.data();
  const char* source = bytes.data();
  const char* const end = bytes.data() + bytes.size();
  bool first = true;
  do {
    status = U_ZERO_ERROR;
    char* target = buffer.data();
    ucnv_convertEx(to.get(), from.get(), &target, buffer.data() + buffer.size(), &source, end, pivot.data(),
                   &pivot_source, &pivot_target, pivot.data() + pivot.size(), first, true, &status);
    out.append(buffer.data(), target);
    first = false;
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  return out;
}

// The detector's name for bytes that are no UTF-8; empty where it only guesses.
std::string detect(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&status), &ucsdet_close);
  if (U_FAILURE(status)) return {};
  const auto sample = static_cast<int32_t>(std::min<std::size_t>(bytes.size(), 65536));
  ucsdet_setText(detector.get(), bytes.data(), sample, &status);
  const UCharsetMatch* match = ucsdet_detect(detector.get(), &status);
  if (U_FAILURE(status) || match == nullptr || ucsdet_getConfidence(match, &status) < 40) return {};
  const char* name = ucsdet_getName(match, &status);
  return U_SUCCESS(status) && name != nullptr ? name : "";
}

// What a code unit of UTF-16 text looks like.
enum class Unit { kUnlikely, kIdeograph, kMark };  // kMark: letters, digits, spaces and marks of the usual scripts

Unit unit_kind(unsigned unit) {
  if (unit >= 0x4e00 && unit < 0xa000) return Unit::kIdeograph;
  const bool control = unit < 0x20 && unit != '\n' && unit != '\r' && unit != '\t';
  const bool alphabet = unit < 0x700 && !control && !(unit >= 0x7f && unit < 0xa0);
  const bool mark = (unit >= 0x2010 && unit < 0x2040) || (unit >= 0x3000 && unit < 0x3100) || unit >= 0xff00;
  return alphabet || mark || unit == 0x20ac ? Unit::kMark : Unit::kUnlikely;
}

// The share of units that look like text, or 0 where too few do. Ideographs alone prove nothing: pairs of bytes of many
// encodings look like them.
double utf16_likelihood(std::string_view bytes, bool big_endian) {
  const std::size_t count = std::min<std::size_t>(bytes.size() / 2, 32768);
  std::size_t ideographs = 0, marks = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = static_cast<unsigned char>(bytes[2 * i]), second = static_cast<unsigned char>(bytes[2 * i + 1]);
    const Unit kind = unit_kind(big_endian ? first << 8 | second : second << 8 | first);
    ideographs += kind == Unit::kIdeograph;
    marks += kind == Unit::kMark;
  }
  if (marks == 0 || marks * 100 < count || (ideographs + marks) * 100 < count * 95) return 0;
  return static_cast<double>(ideographs + marks) / static_cast<double>(count);
}

// "UTF-16LE" or "UTF-16BE" for text that begins with no byte order mark; else nullptr.
const char* unmarked_utf16(std::string_view bytes) {
  if (bytes.size() < 4 || bytes.size() % 2 != 0) return nullptr;
  const double little = utf16_likelihood(bytes, false), big = utf16_likelihood(bytes, true);
  if (little == 0 && big == 0) return nullptr;
  return big > little ? "UTF-16BE" : "UTF-16LE";
}

std::string_view ligature(UChar32 c) {
  static constexpr std::array<std::string_view, 7> kLetters = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
  return c >= 0xfb00 && c <= 0xfb06 ? kLetters[static_cast<std::size_t>(c - 0xfb00)] : std::string_view{};
}

bool dropped(UChar32 c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
  return c == 0xad || c == 0x200b || c == 0xfeff || c == 0x2060 || (c >= 0xfff9 && c <= 0xfffb);
}

bool odd_space(UChar32 c) {
  return c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000 || c == 0x1680;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  for (int64_t i = 0; i < size;) {
    if (static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]) < 0x80) {
      ++i;
      continue;
    }
    UChar32 c;
    U8_NEXT(bytes.data(), i, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::string decode_text(std::string_view bytes, std::string_view declared) {
  if (bytes.starts_with("\xef\xbb\xbf")) return clean_text(bytes.substr(3));
  if (bytes.starts_with("\xff\xfe")) return clean_text(convert(bytes.substr(2), "UTF-16LE"));
  if (bytes.starts_with("\xfe\xff")) return clean_text(convert(bytes.substr(2), "UTF-16BE"));
  const bool utf8 = is_valid_utf8(bytes);
  if (!utf8 || bytes.find('\0') != std::string_view::npos) {
    if (const char* name = unmarked_utf16(bytes); name != nullptr) return clean_text(convert(bytes, name));
  }
  if (utf8) return clean_text(bytes);
  if (!declared.empty()) {
    if (const auto text = convert(bytes, std::string(declared).c_str()); !text.empty()) return clean_text(text);
  }
  if (const auto name = detect(bytes); !name.empty()) {
    if (const auto text = convert(bytes, name.c_str()); !text.empty()) return clean_text(text);
  }
  return clean_text(convert(bytes, "windows-1252"));
}

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < size;) {
    const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
    if (byte >= 0x20 && byte < 0x7f) {
      out += static_cast<char>(byte);
      ++i;
      continue;
    }
    const int64_t begin = i;
    UChar32 c;
    U8_NEXT(text.data(), i, size, c);
    if (c == '\r') {
      out += '\n';
      if (i < size && text[static_cast<std::size_t>(i)] == '\n') ++i;
    } else if (c == '\n' || c == '\f' || c == 0x2028 || c == 0x2029 || c == 0x85 || c == '\v') {
      out += '\n';
    } else if (c == '\t') {
      out += '\t';
    } else if (c < 0) {
      out += "\xef\xbf\xbd";
    } else if (odd_space(c)) {
      out += ' ';
    } else if (const auto letters = ligature(c); !letters.empty()) {
      out += letters;
    } else if (!dropped(c)) {
      out += text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(i - begin));
    }
  }
  return out;
}

}  // namespace lectern::library
