#pragma once

#include <string_view>

namespace lectern::library {

/// The byte that two digits at the beginning of `text` write ("C3"), or -1.
inline int hexadecimal_byte(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() < 2) return -1;
  const auto value = [&](char c) {
    const std::size_t at = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
  };
  const int high = value(text[0]), low = value(text[1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace lectern::library
