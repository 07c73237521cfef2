// Fields of JSON that nobody vouches for: what is missing or of another type is empty.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/text_builder.h"

namespace lectern::library {

using Json = nlohmann::json;

inline const Json& field(const Json& object, const char* name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto at = object.find(name);
  return at == object.end() ? nothing : *at;
}

/// Clean, on one line.
inline std::string text_field(const Json& object, const char* name) {
  const Json& value = field(object, name);
  return value.is_string() ? one_line(clean_text(value.get_ref<const std::string&>())) : std::string();
}

/// From 0 to `most`.
inline std::optional<double> number_field(const Json& object, const char* name, double most) {
  const Json& value = field(object, name);
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  return number >= 0 && number <= most ? std::optional(number) : std::nullopt;
}

}  // namespace lectern::library
