// Standard output, checked.
#pragma once

#include <string_view>

namespace lectern::cli {

/// Throws Error kIo where nobody takes it (a full disk, a pipe whose reader went away).
void print(std::string_view text);
void flush();

}  // namespace lectern::cli
