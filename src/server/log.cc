#include "server/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>

#include "core/paths.h"

namespace lectern::server {
namespace {

constexpr std::size_t kLongest = 1000;  // bytes of an event

// A client's words must not forge lines or command a terminal.
std::string one_safe_line(std::string_view event) {
  std::string line;
  for (const char c : to_valid_utf8(event.substr(0, kLongest))) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      line += fmt::format("\\x{:02x}", byte);
    else
      line += c;
  }
  // The other control characters, U+0080 to U+009F.
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (line[i] == '\xc2' && static_cast<unsigned char>(line[i + 1]) < 0xa0) line.replace(i, 2, "?");
  }
  return line;
}

}  // namespace

void log(std::string_view event) {
  const std::string line =
      fmt::format("{:%Y-%m-%d %H:%M:%S} {}\n", fmt::localtime(std::time(nullptr)), one_safe_line(event));
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace lectern::server
