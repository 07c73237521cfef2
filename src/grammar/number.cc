#include "grammar/number.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "lectern/error.h"

namespace lectern::grammar {
namespace {

constexpr std::int64_t kLargest = 999'999'999'999'999;
constexpr int kFractionDigits = 15, kExponentDigits = 2;

void digits(Automaton& automaton, int from, int to, char first, char last) {
  automaton.edge(from, to, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last));
}

// So many digits, whichever; then `to`.
void any_digits(Automaton& automaton, int from, int to, std::size_t count) {
  for (; count > 0; --count) {
    const int next = automaton.add_state();
    digits(automaton, from, next, '0', '9');
    from = next;
  }
  automaton.join(from, to);
}

// As many digits as `first` and `last` have, between them. Empty where one of them bounds nothing any more.
void between(Automaton& automaton, int from, int to, std::string_view first, std::string_view last, bool low,
             bool high) {
  if (!low && !high) return any_digits(automaton, from, to, first.size());
  if (first.empty()) return automaton.join(from, to);
  const char least = low ? first[0] : '0', most = high ? last[0] : '9';
  const auto step = [&](char a, char b, bool at_low, bool at_high) {
    if (a > b) return;
    const int next = automaton.add_state();
    digits(automaton, from, next, a, b);
    between(automaton, next, to, first.substr(1), last.substr(1), at_low, at_high);
  };
  if (least == most) return step(least, least, low, high);
  if (low) step(least, least, true, false);
  if (high) step(most, most, false, true);
  step(static_cast<char>(least + (low ? 1 : 0)), static_cast<char>(most - (high ? 1 : 0)), false, false);
}

// The integers of [least, most], none of which is negative.
void positive(Automaton& automaton, int from, int to, std::int64_t least, std::int64_t most) {
  while (least <= most) {
    const std::string first = std::to_string(least);
    const std::int64_t end = std::min(most, static_cast<std::int64_t>(std::stoll(std::string(first.size(), '9'))));
    between(automaton, from, to, first, std::to_string(end), true, true);
    least = end + 1;
  }
}

void integers(Automaton& automaton, int from, int to, std::int64_t least, std::int64_t most) {
  if (most >= 0) positive(automaton, from, to, std::max<std::int64_t>(least, 0), most);
  if (least < 0) positive(automaton, automaton.literal(from, "-"), to, std::max<std::int64_t>(1, -most), -least);
}

struct Range {
  std::int64_t least = -kLargest, most = kLargest;
};

std::int64_t as_integer(double value) {
  const auto limit = static_cast<double>(kLargest);
  return static_cast<std::int64_t>(std::clamp(value, -limit, limit));
}

Range integers_of(const Bounds& bounds) {
  Range range;
  if (bounds.least) {
    const double up = std::ceil(*bounds.least);
    range.least = as_integer(bounds.above && up == *bounds.least ? up + 1 : up);
  }
  if (bounds.most) {
    const double down = std::floor(*bounds.most);
    range.most = as_integer(bounds.below && down == *bounds.most ? down - 1 : down);
  }
  return range;
}

void fraction(Automaton& automaton, int from, int to) {
  from = automaton.literal(from, ".");
  for (int i = 0; i < kFractionDigits; ++i) {
    const int next = automaton.add_state();
    digits(automaton, from, next, '0', '9');
    automaton.join(next, to);
    from = next;
  }
}

void exponent(Automaton& automaton, int from, int to) {
  int at = automaton.add_state();
  for (const char c : {'e', 'E'}) digits(automaton, from, at, c, c);
  const int sign = automaton.add_state();
  for (const char c : {'+', '-'}) digits(automaton, at, sign, c, c);
  automaton.join(at, sign);
  at = sign;
  for (int i = 0; i < kExponentDigits; ++i) {
    const int next = automaton.add_state();
    digits(automaton, at, next, '0', '9');
    automaton.join(next, to);
    at = next;
  }
}

[[noreturn]] void refuse() { throw Error(ErrorCode::kInvalidArgument, "no number lies between its bounds"); }

}  // namespace

int add_integer(Automaton& automaton, int from, const Bounds& bounds) {
  const Range range = integers_of(bounds);
  if (range.least > range.most) refuse();
  const int to = automaton.add_state();
  integers(automaton, from, to, range.least, range.most);
  return to;
}

int add_number(Automaton& automaton, int from, const Bounds& bounds) {
  const int to = automaton.add_state();
  const Range whole = integers_of(bounds);
  if (whole.least <= whole.most) integers(automaton, from, to, whole.least, whole.most);
  if (!bounds.least && !bounds.most) {
    const int mantissa = automaton.add_state(), after = automaton.add_state();
    integers(automaton, from, mantissa, -kLargest, kLargest);
    automaton.join(automaton.literal(from, "-0"), mantissa);
    automaton.join(mantissa, after);
    fraction(automaton, mantissa, after);
    automaton.join(after, to);
    exponent(automaton, after, to);
    return to;
  }
  // n.x lies in [n, n + 1), and -n.x in (-n - 1, -n]: of these intervals those that are within the bounds.
  const std::int64_t first = whole.least, last = whole.most - 1;
  const int mantissa = automaton.add_state();
  bool some = whole.least <= whole.most;
  const auto add = [&](int at, std::int64_t least, std::int64_t most) {
    if (least > most) return;
    positive(automaton, at, mantissa, least, most);
    some = true;
  };
  add(from, std::max<std::int64_t>(first, 0), last);
  if (first < 0) {
    // Down to -(n + 1) >= first; up to -n <= most.
    add(automaton.literal(from, "-"), std::max<std::int64_t>(0, -whole.most), -first - 1);
  }
  if (!some)  // 0.2 to 0.7
    throw Error(ErrorCode::kInvalidArgument, "bounds of a number between which no integer lies are not supported");
  fraction(automaton, mantissa, to);
  return to;
}

}  // namespace lectern::grammar
