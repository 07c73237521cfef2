#include "core/moment.h"

namespace lectern {
namespace {

std::string two_digits(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

std::string clock_time(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000, minutes = seconds / 60, hours = minutes / 60;
  const std::string tail = ":" + two_digits(seconds % 60);
  return hours > 0 ? std::to_string(hours) + ":" + two_digits(minutes % 60) + tail : std::to_string(minutes) + tail;
}

std::string link_to_moment(std::string_view address, std::int64_t milliseconds) {
  return std::string(address) + "&t=" + std::to_string(milliseconds / 1000) + "s";
}

}  // namespace lectern
