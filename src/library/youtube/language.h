// Codes of languages, as captions have them: "en", "zh-Hans", "en-orig".
#pragma once

#include <algorithm>
#include <string_view>

namespace lectern::library {

/// Letters, digits and hyphens, no hyphen first. "all" is none: yt-dlp takes it for every language.
inline bool is_language(std::string_view code) {
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  return !code.empty() && code.size() <= 64 && code != "all" && is_alphanumeric(code.front()) &&
         std::all_of(code.begin(), code.end(), [&](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

}  // namespace lectern::library
