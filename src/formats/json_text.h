// JSON from files that nobody vouches for.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace lectern::formats {

/// Parses UTF-8 JSON with bounds on nesting (32) and on values (4 million), and no key twice in one object.
/// `what` begins every message: "The header of \"a.lectern\"". Throws Error kCorrupt.
nlohmann::json parse_json(std::string_view text, std::string_view what);

}  // namespace lectern::formats
