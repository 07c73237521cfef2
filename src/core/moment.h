// Moments of a recording, for people and for links.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lectern {

/// "1:23", "1:02:03": hours where there are any.
std::string clock_time(std::int64_t milliseconds);

/// The address of a web page that plays a video, which has a query already, with the second at which to begin:
/// "https://www.youtube.com/watch?v=ID&t=83s".
std::string link_to_moment(std::string_view address, std::int64_t milliseconds);

}  // namespace lectern
