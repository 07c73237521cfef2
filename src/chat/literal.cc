#include "chat/literal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace lectern::chat {
namespace {

constexpr auto kAround = std::to_array<std::string_view>(
    {"(",      ")",      "[",      "]",      "{",      "}",      "\"",     "'",      "`",      "*",      ".",
     ",",      ";",      ":",      "!",      "?",      "<",      ">",      "\u201c", "\u201d", "\u2018", "\u2019",
     "\u3001", "\u3002", "\uff0c", "\uff1a", "\uff1b", "\uff08", "\uff09", "\u300c", "\u300d"});
// Written in more than one way.
constexpr auto kSameAs = std::to_array<std::pair<std::string_view, std::string_view>>({{"\u2010", "-"},
                                                                                       {"\u2011", "-"},
                                                                                       {"\u2012", "-"},
                                                                                       {"\u2013", "-"},
                                                                                       {"\u2014", "-"},
                                                                                       {"\u2212", "-"},
                                                                                       {"\u2018", "'"},
                                                                                       {"\u2019", "'"},
                                                                                       {"\u00a0", " "}});
constexpr auto kNumberWords = std::to_array<std::string_view>(
    {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"});

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_alnum(char c) { return is_digit(c) || is_letter(c); }

// Lower case, one kind of dash and quote, single spaces, no commas between digits.
std::string normalized(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto same = std::find_if(kSameAs.begin(), kSameAs.end(),
                                   [&](const auto& pair) { return text.substr(i).starts_with(pair.first); });
    const std::string_view piece = same == kSameAs.end() ? text.substr(i, 1) : same->second;
    const std::size_t read = same == kSameAs.end() ? 1 : same->first.size();
    const bool groups = piece == "," && i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    const bool space = std::isspace(static_cast<unsigned char>(piece[0])) != 0;
    if (space && !out.empty() && out.back() != ' ') out += ' ';
    if (!space && !groups) out += static_cast<char>(std::tolower(static_cast<unsigned char>(piece[0])));
    i += read;
  }
  return out;
}

std::string_view stripped(std::string_view word) {
  const auto strip = [&](auto fits, auto cut) {
    for (bool found = true; found;) {
      found = false;
      for (const auto mark : kAround) {
        if (!fits(mark)) continue;
        cut(mark.size());
        found = true;
      }
    }
  };
  strip([&](auto mark) { return word.ends_with(mark); }, [&](std::size_t n) { word.remove_suffix(n); });
  // A dot in front belongs to a name (".bashrc"), unless it stands alone.
  strip([&](auto mark) { return mark != "." && word.starts_with(mark); },
        [&](std::size_t n) { word.remove_prefix(n); });
  while (word.size() > 1 && word.ends_with("/")) word.remove_suffix(1);
  return word;
}

bool is_literal(std::string_view word) {
  if (word.size() > 1 && word[0] == '-' && is_alnum(word[1])) return true;
  if (word.starts_with("--") && word.size() > 2) return true;
  if (word.size() > 1 && (word[0] == '/' || word[0] == '~' || word[0] == '$' || word[0] == '.')) return true;
  bool small_before = false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (is_digit(c) || c == '_' || c == '$' || c == '@') return true;
    // "foo.h", not "e.g".
    const bool inside = i > 1 && i + 1 < word.size();
    if (inside && (c == '.' || c == ':') && is_letter(word[i - 2]) && is_letter(word[i - 1]) && is_letter(word[i + 1]))
      return true;
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && small_before) return true;
    small_before = std::islower(static_cast<unsigned char>(c)) != 0;
  }
  // "and/or" is prose, "usr/share/doc" is not.
  return std::count(word.begin(), word.end(), '/') > 1;
}

// The runs of digits, with the dots inside them.
std::vector<std::string_view> numbers(std::string_view literal) {
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i < literal.size();) {
    std::size_t end = i;
    while (end < literal.size() && (is_digit(literal[end]) || (literal[end] == '.' && end > i &&
                                                               end + 1 < literal.size() && is_digit(literal[end + 1]))))
      ++end;
    if (end > i) found.push_back(literal.substr(i, end - i));
    i = end + 1;
  }
  return found;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_alnum(text[at - 1]) || !is_alnum(word.front());
    const bool ends = end == text.size() || !is_alnum(text[end]) || !is_alnum(word.back());
    // "5" is not in "0.5", nor "1.2" in "1.2.3".
    const bool number = is_digit(word.front()) && is_digit(word.back());
    const bool continues_before = number && at > 1 && text[at - 1] == '.' && is_digit(text[at - 2]);
    const bool continues_after = number && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]);
    // "--max" is not in "--max-time", nor "-v" in "--v".
    const bool option = word.front() == '-';
    if (option && ((at > 0 && text[at - 1] == '-') || (end < text.size() && text[end] == '-'))) continue;
    if (begins && ends && !continues_before && !continues_after) return true;
  }
  return false;
}

bool is_quantity(std::string_view literal) { return !literal.empty() && is_digit(literal[0]); }

}  // namespace

std::vector<std::string> literals(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) == 0 && text[end] != '=') ++end;
    const auto word = stripped(text.substr(i, end - i));
    if (is_literal(word)) found.push_back(normalized(word));
    i = end + 1;
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

LiteralText::LiteralText(std::string_view text) : text_(normalized(text)) {
  // A line may end inside a path or an option.
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] != ' ' || i == 0 || std::string_view("-/_").find(text_[i - 1]) == std::string_view::npos)
      joined_ += text_[i];
  }
}

bool LiteralText::holds(std::string_view literal) const {
  if (literal.empty() || has_word(text_, literal) || has_word(joined_, literal)) return true;
  if (!is_quantity(literal)) return false;
  const auto wanted = numbers(literal);
  return std::all_of(wanted.begin(), wanted.end(), [&](std::string_view number) {
    if (has_word(text_, number)) return true;
    // "80°C" and "512MB" are written without a space as well.
    for (std::size_t at = text_.find(number); at != std::string::npos; at = text_.find(number, at + 1)) {
      const std::size_t end = at + number.size();
      const bool begins = at == 0 || (!is_alnum(text_[at - 1]) && text_[at - 1] != '.');
      if (begins && end < text_.size() && is_letter(text_[end])) return true;
    }
    if (number.size() > 2) return false;
    const auto value = static_cast<std::size_t>(std::stoi(std::string(number)));
    return value < kNumberWords.size() && has_word(text_, kNumberWords[value]);
  });
}

std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> found;
  bool first = true;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() &&
           (is_alnum(text[end]) || std::string_view("-_/.+").find(text[end]) != std::string_view::npos))
      ++end;
    const auto word = stripped(text.substr(i, end - i));
    i = end + 1;
    if (word.empty()) continue;
    const bool begins = std::exchange(first, false);
    const auto letters = std::count_if(word.begin(), word.end(), is_letter);
    const bool capital = std::isupper(static_cast<unsigned char>(word[0])) != 0 && word != "I";
    const bool vowel = word.find_first_of("aeiouyAEIOUY") != std::string_view::npos;
    const bool mixed = letters > 0 && is_literal(word);
    if ((capital && !begins) || mixed || (letters > 2 && !vowel)) found.push_back(normalized(word));
  }
  return found;
}

bool LiteralText::mentions(std::string_view name) const {
  if (holds(name) || (name.ends_with("s") && holds(name.substr(0, name.size() - 1)))) return true;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find_first_of("-_/.+", begin), name.size());
    const auto part = name.substr(begin, end - begin);
    if (part.size() > 1 && part.size() < name.size() && holds(part)) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace lectern::chat
