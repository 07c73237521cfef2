// Numbers as they are written, without a machine's rounding.
#pragma once

#include <string>
#include <string_view>

namespace lectern::grammar {

struct Decimal {
  bool negative = false;
  std::string whole = "0";  // digits, the first not 0 unless it is the only one
  std::string fraction;     // digits, the last not 0

  /// Less than 0, 0, more than 0.
  int compare(const Decimal& other) const;
};

/// Of a number as JSON writes it.
Decimal to_decimal(std::string_view text);

}  // namespace lectern::grammar
