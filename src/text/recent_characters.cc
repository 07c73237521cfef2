#include "text/recent_characters.h"

#include <algorithm>
#include <iterator>

namespace lectern::text {
namespace {

struct Range {
  char32_t first, last;
};

constexpr Range kLetters[] = {
    {0x1c89, 0x1c8a},    // Cyrillic
    {0xa7cb, 0xa7cd},    // Latin
    {0xa7da, 0xa7dc},    // Latin
    {0x105c0, 0x105f3},  // Todhri
    {0x10d4a, 0x10d65},  // Garay
    {0x10d6f, 0x10d85},  // Garay
    {0x10ec2, 0x10ec4},  // Arabic
    {0x11380, 0x11389},  // Tulu-Tigalari
    {0x1138b, 0x1138b}, {0x1138e, 0x1138e}, {0x11390, 0x113b5}, {0x113b7, 0x113b7},
    {0x113d1, 0x113d1}, {0x113d3, 0x113d3}, {0x11bc0, 0x11be0},  // Sunuwar
    {0x13460, 0x143fa},                                          // Egyptian hieroglyphs
    {0x16100, 0x1611d},                                          // Gurung Khema
    {0x16d40, 0x16d6c},                                          // Kirat Rai
    {0x18cff, 0x18cff},                                          // Khitan
    {0x1e5d0, 0x1e5ed},                                          // Ol Onal
    {0x1e5f0, 0x1e5f0}, {0x2ebf0, 0x2ee5d},                      // CJK ideographs, extension I
};

constexpr Range kNumbers[] = {
    {0x10d40, 0x10d49},  // Garay
    {0x116d0, 0x116e3},  // Myanmar
    {0x11bf0, 0x11bf9},  // Sunuwar
    {0x16130, 0x16139},  // Gurung Khema
    {0x16d70, 0x16d79},  // Kirat Rai
    {0x1ccf0, 0x1ccf9},  // outlined
    {0x1e5f1, 0x1e5fa},  // Ol Onal
};

constexpr Range kNumbersOf17[] = {{0x11de0, 0x11de9}, {0x16ff4, 0x16ff6}};

template <typename Ranges>
bool contains(const Ranges& ranges, char32_t character) {
  const auto* range =
      std::partition_point(std::begin(ranges), std::end(ranges), [&](const Range& r) { return r.last < character; });
  return range != std::end(ranges) && range->first <= character;
}

}  // namespace

bool is_recent_letter(char32_t character) { return contains(kLetters, character); }
bool is_recent_number(char32_t character) { return contains(kNumbers, character); }
bool is_recent_digit(char32_t character) { return is_recent_number(character) || contains(kNumbersOf17, character); }

}  // namespace lectern::text
