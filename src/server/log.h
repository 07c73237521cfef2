// What an administrator wants to know, one line each on standard error.
#pragma once

#include <string_view>

namespace lectern::server {

/// Time and `event`; bytes of it that are not printable ASCII or valid UTF-8 are escaped or replaced.
void log(std::string_view event);

}  // namespace lectern::server
