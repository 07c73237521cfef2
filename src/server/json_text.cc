#include "server/json_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "server/api_error.h"

namespace lectern::server {
namespace {

constexpr int kDeepest = 32;

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
    throw ApiError(400, std::string("The body is no JSON: ") + error.what());
  }
}

nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace lectern::server
