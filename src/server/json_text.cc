#include "server/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/api_error.h"

namespace lectern::server {
namespace {

constexpr int kDeepest = 32;

// The library's own name of the error says nothing, and what it read last is the client's: messages are logged.
std::string without_body(std::string_view message) {
  message.remove_prefix(std::min(message.find("] ") + 2, message.size()));
  return std::string(message.substr(0, message.find("; last read"))) + ".";
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  using Json = nlohmann::json;
  const auto bounded = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepest) throw ApiError(400, fmt::format("The JSON is nested more than {} deep.", kDeepest));
    return true;
  };
  try {
    return Json::parse(text, bounded);
  } catch (const Json::exception& error) {
    throw ApiError(400, "The body is no JSON: " + without_body(error.what()));
  }
}

nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace lectern::server
