// JSON to text and back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lectern::server {

/// The whole text as one value. Throws ApiError 400: malformed, not UTF-8, nested too deeply.
nlohmann::json parse_json(std::string_view text);

/// null where there is no text.
nlohmann::ordered_json or_null(const std::string& text);

/// On one line. Where text in it is not UTF-8, as a file's name may be, U+FFFD stands.
std::string dump(const nlohmann::ordered_json& json);

}  // namespace lectern::server
