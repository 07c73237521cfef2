#include "cli/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "lectern/error.h"

namespace lectern::cli {
namespace {

[[noreturn]] void fail() {
  const std::string reason = errno == EPIPE ? "its reader went away" : std::strerror(errno);
  throw Error(ErrorCode::kIo, "The output cannot be written: " + reason + ".");
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail();
}

void flush() {
  if (std::fflush(stdout) != 0) fail();
}

}  // namespace lectern::cli
