// What `lectern` alone prints.
#pragma once

#include <string>

namespace lectern::cli {

/// What Lectern is and the next step, which depends on what is there already.
std::string orientation();

}  // namespace lectern::cli
