#include "chat/repetition.h"

#include <algorithm>
#include <cctype>

namespace lectern::chat {
namespace {

// "Yes." may be said twice; a sentence of this many bytes may not.
constexpr std::size_t kShortest = 12;
constexpr std::size_t kTimes = 4;
constexpr std::size_t kLoopBytes = 40;  // of all its rounds together
constexpr std::size_t kUnitBytes = 120;

bool is_letter(char c) {
  return (static_cast<unsigned char>(c) & 0x80u) != 0 || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Letters and digits in lower case, a list number in front left out.
std::string bare(std::string_view sentence) {
  std::string out;
  for (const char c : sentence) {
    if (!is_letter(c)) continue;
    if (out.empty() && std::isdigit(static_cast<unsigned char>(c)) != 0) continue;
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

bool Repetition::may_repeat(std::string_view beginning) const {
  const std::string start = bare(beginning);
  return std::any_of(said_.begin(), said_.end(),
                     [&](const std::string& sentence) { return sentence.starts_with(start); });
}

bool Repetition::repeats(std::string_view sentence) {
  std::string letters = bare(sentence);
  if (letters.size() < kShortest) return false;
  if (std::find(said_.begin(), said_.end(), letters) != said_.end()) return true;
  said_.push_back(std::move(letters));
  return false;
}

bool ends_in_loop(std::string_view text) {
  for (std::size_t unit = 1; unit <= kUnitBytes && unit * kTimes <= text.size(); ++unit) {
    const std::size_t times = std::max(kTimes, (kLoopBytes + unit - 1) / unit);
    const std::size_t bytes = unit * times;
    if (bytes > text.size()) continue;
    const auto tail = text.substr(text.size() - bytes);
    const bool loops = tail.substr(unit) == tail.substr(0, bytes - unit);
    if (loops && std::any_of(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(unit), is_letter)) return true;
  }
  return false;
}

}  // namespace lectern::chat
