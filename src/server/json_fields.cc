#include "server/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "server/api_error.h"

namespace lectern::server {
namespace {

using Json = nlohmann::json;

}  // namespace

std::optional<std::int64_t> whole_number(const Json& value) {
  if (value.is_number_float()) {
    constexpr double kExact = 9007199254740992;  // 2^53: beyond it not every whole number is a double
    const double number = value.get<double>();
    if (!(std::abs(number) <= kExact) || std::trunc(number) != number) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  return fits ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

Fields::Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (object.is_object()) return;
  const std::string name = where_.empty() ? "The body" : where_.substr(0, where_.size() - 1);
  throw ApiError(400, name + " has to be a JSON object.", where_.empty() ? "" : name);
}

const Json* Fields::find(std::string_view name) {
  known_.emplace_back(name);
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Fields::text(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(name, "has to be a string");
  return value->get<std::string>();
}

std::optional<bool> Fields::flag(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse(name, "has to be true or false");
  return value->get<bool>();
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = whole_number(*value);
  if (!number || *number < least || *number > most) {
    refuse(name, fmt::format("has to be a whole number from {} to {}", least, most));
  }
  return number;
}

std::optional<double> Fields::number(std::string_view name, double least, double most) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  const double given = value->is_number() ? value->get<double>() : most + 1;
  if (!(given >= least && given <= most)) refuse(name, fmt::format("has to be a number from {} to {}", least, most));
  return given;
}

std::string Fields::required_text(std::string_view name) {
  auto given = text(name);
  if (!given) refuse(name, "is missing");
  return std::move(*given);
}

void Fields::take_default(std::string_view name, const Json& value) {
  const Json* given = find(name);
  if (given == nullptr || *given == value) return;
  const std::string full = where_ + std::string(name);
  throw ApiError(
      400, fmt::format("Unsupported field: {}. No more than {} is taken, which asks for nothing.", full, value.dump()),
      full, "unsupported_parameter");
}

void Fields::refuse_others() const {
  for (const auto& [name, value] : object_.items()) {
    if (value.is_null()) continue;
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    throw ApiError(400, "Unsupported field: " + where_ + name + ".", where_ + name, "unsupported_parameter");
  }
}

void Fields::refuse(std::string_view name, const std::string& why) const {
  const std::string full = where_ + std::string(name);
  throw ApiError(400, full + " " + why + ".", full, "invalid_value");
}

}  // namespace lectern::server
