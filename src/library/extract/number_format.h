// What the numbers in a spreadsheet's cells mean: a date is stored as a count of days.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lectern::library {

enum class NumberFormat { kPlain, kPercent, kDate, kTime, kDateTime };

/// Of a format code such as "dd/mm/yyyy hh:mm" or "0.0%" (ECMA-376 part 1, 18.8.31).
NumberFormat number_format(std::string_view code);
/// Of the ids that need no code in the file (18.8.30).
NumberFormat built_in_format(std::size_t id);

/// "2024-05-01", "12:30", "12.5%", or the number without the noise of its last binary digits; `stored` itself where it
/// is no number, or no date that a calendar has.
std::string shown_number(std::string_view stored, NumberFormat format, bool since_1904);

}  // namespace lectern::library
