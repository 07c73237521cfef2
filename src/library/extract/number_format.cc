#include "library/extract/number_format.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace lectern::library {
namespace {

// Excel takes 1900 for a leap year: its day 60 is no day, and day 61 the 1st of March.
constexpr int kDays1900 = 25569;  // from its day 0 to 1970, for days after that
constexpr int kDays1904 = 24107;
constexpr double kMaxDay = 2958466;  // the end of the year 9999

std::string printed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string date(int day, bool since_1904) {
  if (!since_1904 && day < 60) ++day;
  const std::chrono::year_month_day date(
      std::chrono::sys_days(std::chrono::days(day - (since_1904 ? kDays1904 : kDays1900))));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string time(long seconds) {
  char text[64];
  if (seconds % 60 == 0) {
    std::snprintf(text, sizeof text, "%02ld:%02ld", seconds / 3600, seconds / 60 % 60);
  } else {
    std::snprintf(text, sizeof text, "%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  return text;
}

}  // namespace

NumberFormat number_format(std::string_view code) {
  bool days = false, hours = false, percent = false;
  code = code.substr(0, code.find(';'));  // what follows is for negative numbers and zero
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = static_cast<char>(code[i] | 0x20);
    if (code[i] == '"' || (code[i] == '[' && i + 1 < code.size() && (code[i + 1] | 0x20) != 'h' &&
                           (code[i + 1] | 0x20) != 'm' && (code[i + 1] | 0x20) != 's')) {
      i = std::min(code.find(code[i] == '"' ? '"' : ']', i + 1), code.size());
    } else if (code[i] == '\\' || code[i] == '_') {
      ++i;
    } else {
      days = days || c == 'd' || c == 'y';
      hours = hours || c == 'h' || c == 's';
      percent = percent || code[i] == '%';
    }
  }
  if (days) return hours ? NumberFormat::kDateTime : NumberFormat::kDate;
  if (hours) return NumberFormat::kTime;
  return percent ? NumberFormat::kPercent : NumberFormat::kPlain;
}

NumberFormat built_in_format(std::size_t id) {
  if (id == 9 || id == 10) return NumberFormat::kPercent;
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || (id >= 50 && id <= 58)) return NumberFormat::kDate;
  if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47)) return NumberFormat::kTime;
  return id == 22 ? NumberFormat::kDateTime : NumberFormat::kPlain;
}

std::string shown_number(std::string_view stored, NumberFormat format, bool since_1904) {
  double value = 0;
  const auto [end, error] = std::from_chars(stored.data(), stored.data() + stored.size(), value);
  if (error != std::errc() || end != stored.data() + stored.size() || !std::isfinite(value)) return std::string(stored);
  if (format == NumberFormat::kPercent) return printed("%.10g%%", value * 100);
  const bool in_calendar = value >= 0 && value < kMaxDay;
  if (format == NumberFormat::kPlain || !in_calendar) return printed("%.15g", value);
  const long seconds = std::lround(value * 86400);
  if (format == NumberFormat::kTime) return time(seconds);
  const std::string day = date(static_cast<int>(seconds / 86400), since_1904);
  return format == NumberFormat::kDate || seconds % 86400 == 0 ? day : day + ' ' + time(seconds % 86400);
}

}  // namespace lectern::library
