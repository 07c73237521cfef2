#include "grammar/number.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "lectern/error.h"

namespace lectern::grammar {
namespace {

constexpr std::size_t kDigits = 15, kExponentDigits = 2;
constexpr std::size_t kMostDigits = 40;  // of a bound

void digits(Automaton& automaton, int from, int to, char first, char last) {
  automaton.edge(from, to, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(last));
}

// The numbers of [least, most], neither of which is negative, that are multiples of something. Where it stands in a
// number: after so many digits, which may still agree with the first ones of a bound.
class Magnitudes {
 public:
  Magnitudes(Automaton& automaton, const Bounds& bounds, bool fractions, int to)
      : automaton_(automaton),
        least_(*bounds.least),
        most_(*bounds.most),
        above_(bounds.above),
        below_(bounds.below),
        multiple_of_(bounds.multiple_of),
        fractions_(fractions),
        to_(to) {}

  // Whether there are any.
  bool add(int from) {
    for (size_ = least_.whole.size(); size_ <= most_.whole.size(); ++size_) {
      wholes_.clear();
      whole(from, {0, size_ == least_.whole.size(), size_ == most_.whole.size()}, 0);
    }
    return some_;
  }

 private:
  struct Place {
    std::size_t digits = 0;          // written, of the whole number or of the fraction
    bool low = false, high = false;  // what is written is the beginning of that bound
    bool operator<(const Place& other) const {
      return std::tie(digits, low, high) < std::tie(other.digits, other.low, other.high);
    }
  };

  // Calls then(next place, first digit, last digit) for the digits that may follow.
  template <typename Then>
  static void follow(const Place& place, char from, char least, char most, Then then) {
    const char first = std::max(from, place.low ? least : '0'), last = place.high ? most : '9';
    const auto step = [&](char a, char b) {
      if (a > b) return;
      then(Place{place.digits + 1, place.low && a == least, place.high && b == most}, a, b);
    };
    char middle = first, end = last;
    if (place.low && first == least) {
      step(first, std::min(first, last));
      ++middle;
    }
    if (place.high && end >= middle) step(end, end), --end;
    step(middle, end);
  }

  using FractionKey =
      std::tuple<Place, std::size_t, std::size_t>;  // where it stands, digits left, digits before the point

  void whole(int state, const Place& place, int remainder) {
    if (place.digits == size_) return end_whole(state, place, remainder);
    const auto digit = [&](const Decimal& bound, bool tight) { return tight ? bound.whole[place.digits] : '0'; };
    const char from = place.digits == 0 && size_ > 1 ? '1' : '0';
    follow(place, from, digit(least_, place.low), digit(most_, place.high), [&](const Place& next, char a, char b) {
      if (multiple_of_ == 1) return whole_edge(state, next, 0, a, b);
      for (char c = a; c <= b; ++c) whole_edge(state, next, (remainder * 10 + (c - '0')) % multiple_of_, c, c);
    });
  }

  void whole_edge(int from, const Place& next, int remainder, char first, char last) {
    const auto [known, added] = wholes_.try_emplace({next, remainder}, 0);
    if (added) {
      known->second = automaton_.add_state();
      whole(known->second, next, remainder);
    }
    digits(automaton_, from, known->second, first, last);
  }

  void end_whole(int state, const Place& place, int remainder) {
    const Place after{0, place.low, place.high};
    if (remainder == 0) end(state, after);
    if (!fractions_ || multiple_of_ != 1) return;
    const std::size_t left = size_ < kDigits ? kDigits - size_ : 1;
    const int point = automaton_.add_state();
    digits(automaton_, state, point, '.', '.');
    fraction(point, after, left);
  }

  void fraction(int state, const Place& place, std::size_t left) {
    if (left == 0) return;
    const auto digit = [&](const Decimal& bound) {
      return place.digits < bound.fraction.size() ? bound.fraction[place.digits] : '0';
    };
    follow(place, '0', digit(least_), digit(most_), [&](const Place& next, char a, char b) {
      const bool free = !next.low && !next.high;
      const auto key = free ? FractionKey{Place{}, left, 0} : FractionKey{next, left, size_};
      const auto [known, added] = fractions_from_.try_emplace(key, 0);
      if (added) {
        known->second = automaton_.add_state();
        end(known->second, next);
        fraction(known->second, next, left - 1);
      }
      digits(automaton_, state, known->second, a, b);
    });
  }

  // Where a number may end here, with so many digits of a fraction.
  void end(int state, const Place& place) {
    const auto equals = [&](const Decimal& bound) { return place.digits >= bound.fraction.size(); };
    if (place.low && (above_ || !equals(least_))) return;
    if (place.high && below_ && equals(most_)) return;
    automaton_.join(state, to_);
    some_ = true;
  }

  Automaton& automaton_;
  const Decimal least_, most_;
  const bool above_, below_;
  const int multiple_of_;
  const bool fractions_;
  const int to_;
  std::size_t size_ = 0;                         // digits before the point
  std::map<std::pair<Place, int>, int> wholes_;  // states by place and remainder
  std::map<FractionKey, int> fractions_from_;
  bool some_ = false;
};

Decimal negated(Decimal value) {
  value.negative = !value.negative && (value.whole != "0" || !value.fraction.empty());
  return value;
}

// So many nines, which is no less than `bound`.
Decimal widest(const std::optional<Decimal>& bound) {
  const std::size_t size = bound ? std::max(kDigits, bound->whole.size() + 1) : kDigits;
  return {false, std::string(size, '9'), ""};
}

bool is_vast(const Decimal& bound) { return bound.whole.size() > kMostDigits; }

// Those that are not negative of [least, most].
bool add_positive(Automaton& automaton, int from, int to, Bounds bounds, bool fractions) {
  if (bounds.most && bounds.most->negative) return false;
  if (!bounds.least || bounds.least->negative) {
    bounds.least = Decimal();
    bounds.above = false;
  }
  if (!bounds.most || is_vast(*bounds.most)) {
    bounds.most = widest(bounds.least);
    bounds.below = false;
  }
  if (is_vast(*bounds.least)) return false;
  return Magnitudes(automaton, bounds, fractions, to).add(from);
}

// Both signs. Returns whether there are any.
bool add_all(Automaton& automaton, int from, int to, const Bounds& bounds, bool fractions) {
  const bool positive = add_positive(automaton, from, to, bounds, fractions);
  if (bounds.least && !bounds.least->negative) return positive;
  Bounds mirrored{
      .least = {}, .most = {}, .above = bounds.below, .below = bounds.above, .multiple_of = bounds.multiple_of};
  if (bounds.least) mirrored.most = negated(*bounds.least);
  if (bounds.most) mirrored.least = negated(*bounds.most);
  if (!mirrored.least || mirrored.least->negative) {
    mirrored.least = Decimal();
    mirrored.above = false;
  }
  if (!fractions && mirrored.least->compare({}) == 0) mirrored.above = true;  // -0.5, but no whole -0
  return add_positive(automaton, automaton.literal(from, "-"), to, mirrored, fractions) || positive;
}

void exponent(Automaton& automaton, int from, int to) {
  int at = automaton.add_state();
  for (const char c : {'e', 'E'}) digits(automaton, from, at, c, c);
  const int sign = automaton.add_state();
  for (const char c : {'+', '-'}) digits(automaton, at, sign, c, c);
  automaton.join(at, sign);
  at = sign;
  for (std::size_t i = 0; i < kExponentDigits; ++i) {
    const int next = automaton.add_state();
    digits(automaton, at, next, '0', '9');
    automaton.join(next, to);
    at = next;
  }
}

int add(Automaton& automaton, int from, const Bounds& bounds, bool fractions) {
  const int to = automaton.add_state();
  if (!add_all(automaton, from, to, bounds, fractions))
    throw Error(ErrorCode::kInvalidArgument, "no number lies between its bounds");
  return to;
}

}  // namespace

int add_integer(Automaton& automaton, int from, const Bounds& bounds) { return add(automaton, from, bounds, false); }

int add_number(Automaton& automaton, int from, const Bounds& bounds) {
  const int mantissa = add(automaton, from, bounds, true);
  if (bounds.least || bounds.most || bounds.multiple_of != 1) return mantissa;
  const int to = automaton.add_state();
  automaton.join(mantissa, to);
  exponent(automaton, mantissa, to);
  return to;
}

}  // namespace lectern::grammar
