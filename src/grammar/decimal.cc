#include "grammar/decimal.h"

#include <cstddef>

namespace lectern::grammar {
namespace {

int compare_magnitudes(const Decimal& a, const Decimal& b) {
  if (a.whole.size() != b.whole.size()) return a.whole.size() < b.whole.size() ? -1 : 1;
  if (const int order = a.whole.compare(b.whole); order != 0) return order;
  return a.fraction.compare(b.fraction);  // "5" is before "51": what is not written is 0
}

}  // namespace

int Decimal::compare(const Decimal& other) const {
  if (negative != other.negative) return negative ? -1 : 1;
  return negative ? compare_magnitudes(other, *this) : compare_magnitudes(*this, other);
}

Decimal to_decimal(std::string_view text) {
  Decimal out;
  out.negative = text.starts_with('-');
  std::string digits;
  std::ptrdiff_t point = -1;  // digits before it
  long exponent = 0;
  for (std::size_t i = out.negative ? 1 : 0; i < text.size(); ++i) {
    if (text[i] == 'e' || text[i] == 'E') {
      exponent = std::stol(std::string(text.substr(i + 1)));
      break;
    }
    if (text[i] == '.')
      point = static_cast<std::ptrdiff_t>(digits.size());
    else
      digits += text[i];
  }
  if (point < 0) point = static_cast<std::ptrdiff_t>(digits.size());
  point += exponent;
  if (point < 0) {
    digits.insert(0, static_cast<std::size_t>(-point), '0');
    point = 0;
  }
  if (point > static_cast<std::ptrdiff_t>(digits.size())) digits.resize(static_cast<std::size_t>(point), '0');
  out.whole = digits.substr(0, static_cast<std::size_t>(point));
  out.fraction = digits.substr(static_cast<std::size_t>(point));
  out.whole.erase(0, out.whole.find_first_not_of('0'));
  if (out.whole.empty()) out.whole = "0";
  out.fraction.erase(out.fraction.find_last_not_of('0') + 1);
  if (out.whole == "0" && out.fraction.empty()) out.negative = false;
  return out;
}

}  // namespace lectern::grammar
