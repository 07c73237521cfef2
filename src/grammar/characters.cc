#include "grammar/characters.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "text/utf8.h"

namespace lectern::grammar {
namespace {

std::string utf8(char32_t c) {
  std::string bytes;
  text::append_character(bytes, c);
  return bytes;
}

// Splits [first, last] until each part is a range in every byte (the way of RE2's compiler).
void add_utf8(Automaton& automaton, int from, int to, char32_t first, char32_t last) {
  if (first > last) return;
  const auto split = [&](char32_t at) {  // the last of the first part
    add_utf8(automaton, from, to, first, at);
    add_utf8(automaton, from, to, at + 1, last);
  };
  for (const char32_t end : {char32_t{0x7f}, char32_t{0x7ff}, char32_t{0xffff}}) {
    if (first <= end && end < last) return split(end);
  }
  const std::string low = utf8(first), high = utf8(last);
  const auto count = static_cast<int>(low.size());
  for (int i = 1; i < count; ++i) {
    const char32_t mask = (char32_t{1} << (6 * i)) - 1;
    if ((first & ~mask) == (last & ~mask)) continue;
    if ((first & mask) != 0) return split(first | mask);
    if ((last & mask) != mask) return split((last & ~mask) - 1);
  }
  for (int i = 0; i < count; ++i) {
    const int next = i + 1 == count ? to : automaton.add_state();
    const auto at = static_cast<std::size_t>(i);
    automaton.edge(from, next, static_cast<std::uint8_t>(low[at]), static_cast<std::uint8_t>(high[at]));
    from = next;
  }
}

// What may stand in a string as it is.
void add_plain(Automaton& automaton, int from, int to, CharacterRange range) {
  constexpr CharacterRange kPlain[] = {{0x20, 0x21}, {0x23, 0x5b}, {0x5d, 0xd7ff}, {0xe000, kLastCharacter}};
  for (const auto& plain : kPlain) {
    add_utf8(automaton, from, to, std::max(range.first, plain.first), std::min(range.last, plain.last));
  }
}

std::string escape(char32_t c) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  const auto at = kShort.find(static_cast<char>(c));
  return at == std::string_view::npos ? fmt::format("\\u{:04x}", static_cast<unsigned>(c))
                                      : std::string("\\") + kLetters[at];
}

void add_hexadecimal(Automaton& automaton, int from, int to) {
  automaton.edge(from, to, '0', '9');
  automaton.edge(from, to, 'a', 'f');
  automaton.edge(from, to, 'A', 'F');
}

int hexadecimal(Automaton& automaton, int from, int digits) {
  for (int i = 0; i < digits; ++i) {
    const int to = automaton.add_state();
    add_hexadecimal(automaton, from, to);
    from = to;
  }
  return from;
}

// \uXXXX, of which those of D800 to DBFF want one of DC00 to DFFF behind them, and these stand there alone.
void add_unicode_escape(Automaton& automaton, int from, int to) {
  const int u = automaton.literal(from, "u");
  const int other = automaton.add_state(), d = automaton.literal(u, "d");
  automaton.edge(u, d, 'D', 'D');
  automaton.edge(u, other, '0', '9');
  for (const char base : {'a', 'A'}) {
    automaton.edge(u, other, static_cast<std::uint8_t>(base), static_cast<std::uint8_t>(base + 2));
    automaton.edge(u, other, static_cast<std::uint8_t>(base + 4), static_cast<std::uint8_t>(base + 5));
  }
  automaton.join(hexadecimal(automaton, other, 3), to);
  const int below = automaton.add_state(), high = automaton.add_state(), low = automaton.add_state();
  automaton.edge(d, below, '0', '7');
  automaton.join(hexadecimal(automaton, below, 2), to);
  const auto of_second = [&](int at, int next, char digit, char first, char last) {
    if (digit != 0) automaton.edge(at, next, static_cast<std::uint8_t>(digit), '9');
    for (const int shift : {0, 'a' - 'A'}) {
      automaton.edge(at, next, static_cast<std::uint8_t>(first + shift), static_cast<std::uint8_t>(last + shift));
    }
  };
  of_second(d, high, '8', 'A', 'B');
  const int second = automaton.literal(hexadecimal(automaton, high, 2), "\\u");
  const int second_d = automaton.literal(second, "d");
  automaton.edge(second, second_d, 'D', 'D');
  of_second(second_d, low, 0, 'C', 'F');
  automaton.join(hexadecimal(automaton, low, 2), to);
}

}  // namespace

void add_characters(Automaton& automaton, int from, int to, const std::vector<CharacterRange>& ranges) {
  for (const auto& range : ranges) {
    add_plain(automaton, from, to, range);
    const auto add_escape = [&](char32_t c) {
      if (c >= range.first && c <= range.last) automaton.join(automaton.literal(from, escape(c)), to);
    };
    for (char32_t c = 0; c < 0x20; ++c) add_escape(c);
    add_escape('"');
    add_escape('\\');
  }
}

void make_any_character(Automaton& automaton, int rule) {
  const int from = automaton.start(rule), to = automaton.add_state();
  automaton.accept(to);
  add_plain(automaton, from, to, {0, kLastCharacter});
  const int backslash = automaton.literal(from, "\\");
  for (const char c : std::string_view("\"\\/bfnrt")) {
    automaton.edge(backslash, to, static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(c));
  }
  add_unicode_escape(automaton, backslash, to);
}

}  // namespace lectern::grammar
