#include "chat/marker.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace lectern::chat {
namespace {

constexpr std::string_view kWideOpen = "\u3010", kWideClose = "\u3011", kDash = "\u2013";
constexpr auto kNames = std::to_array<std::string_view>({"passages", "sources", "documents"});
constexpr std::size_t kLongest = 40;  // bytes of a marker
constexpr int kMostNumbers = 16;      // in one marker: "[1-999]" is not one citation for each

bool opens(std::string_view character) { return character == "[" || character == kWideOpen; }
bool closes(std::string_view character) { return character == "]" || character == kWideClose; }

// What is inside a bracket, read from the left: a name, then numbers, commas and dashes.
struct Inside {
  bool possible = true;  // it is a marker, or could become one
  std::vector<int> numbers;
};

void add_number(std::string_view digits, bool range, std::vector<int>& numbers) {
  const int value = digits.size() > 4 ? 0 : std::stoi(std::string(digits));
  const int from = range && !numbers.empty() ? numbers.back() + 1 : value;
  if (value < from) return;
  for (int n = from; n <= value && numbers.size() < kMostNumbers; ++n) numbers.push_back(n);
}

Inside read_inside(std::string_view text) {
  Inside inside;
  if (text == "?") return inside;
  bool range = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    std::size_t end = i + 1;
    if (std::isdigit(c) != 0) {
      while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
      add_number(text.substr(i, end - i), range, inside.numbers);
      range = false;
    } else if (std::isalpha(c) != 0) {
      while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
      std::string word(text.substr(i, end - i));
      std::transform(word.begin(), word.end(), word.begin(),
                     [](unsigned char l) { return static_cast<char>(std::tolower(l)); });
      inside.possible &= std::any_of(kNames.begin(), kNames.end(), [&](auto name) { return name.starts_with(word); });
    } else if (text.substr(i).starts_with(kDash)) {
      range = true;
      end = i + kDash.size();
    } else if (c == '-') {
      range = true;
    } else if (std::string_view(" ,;#").find(text[i]) == std::string_view::npos) {
      inside.possible = false;
    }
    if (!inside.possible) break;
    i = end;
  }
  return inside;
}

std::size_t opening_size(std::string_view held) { return held[0] == '[' ? 1 : kWideOpen.size(); }

template <typename F>
void for_each_character(std::string_view text, F&& f) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, U8_COUNT_TRAIL_BYTES(static_cast<std::uint8_t>(text[i])) + 1);
    f(text.substr(i, length));
    i += length;
  }
}

}  // namespace

void MarkerReader::add(std::string_view character) {
  if (held_.empty()) {
    if (opens(character))
      held_ = character;
    else
      handler_.on_text(character);
    return;
  }
  const auto text = std::string_view(held_).substr(opening_size(held_));
  const auto inside = read_inside(text);
  if (closes(character) && (!inside.numbers.empty() || text == "?")) {
    held_.clear();
    handler_.on_marker(inside.numbers);
    return;
  }
  if (opens(character) || closes(character)) {
    release();
    add(character);
    return;
  }
  held_ += character;
  if (held_.size() > kLongest || !read_inside(std::string_view(held_).substr(opening_size(held_))).possible) release();
}

void MarkerReader::release() {
  const std::string text = std::exchange(held_, {});
  handler_.on_text(text);
}

void MarkerReader::finish() {
  if (held_.empty()) return;
  const bool unfinished = !read_inside(std::string_view(held_).substr(opening_size(held_))).numbers.empty();
  if (unfinished || held_.size() == opening_size(held_))
    held_.clear();
  else
    release();
}

std::string without_markers(std::string_view text) {
  std::string out;
  MarkerReader reader({[&](std::string_view piece) { out += piece; },
                       [&](const std::vector<int>&) {
                         while (!out.empty() && out.back() == ' ') out.pop_back();
                       }});
  for_each_character(text, [&](std::string_view character) { reader.add(character); });
  reader.finish();
  return out;
}

std::string with_round_brackets(std::string_view text) {
  std::string out(text);
  for (std::size_t open = out.find('['); open != std::string::npos; open = out.find('[', open + 1)) {
    const std::size_t close = out.find_first_not_of("0123456789,;- ", open + 1);
    if (close == std::string::npos || out[close] != ']' || close == open + 1) continue;
    out[open] = '(';
    out[close] = ')';
  }
  return out;
}

}  // namespace lectern::chat
