// A JSON Schema as it was written, and its parts as $ref names them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace lectern::grammar {

using Schema = nlohmann::ordered_json;  // the order of properties is that of their members

/// Throws Error kInvalidArgument: "schema.properties.x: why".
[[noreturn]] void refuse(const std::string& where, const std::string& why);

/// Throws Error kInvalidArgument where it is no JSON, or too large or too deep.
Schema parse_schema(std::string_view text);

/// What `reference`, "#/$defs/x", names in `root`. Throws Error kInvalidArgument, which names `where`. Adds the number
/// of names that had to be looked at to `looked_at`.
const Schema& resolve(const Schema& root, const std::string& reference, const std::string& where,
                      std::size_t* looked_at = nullptr);

}  // namespace lectern::grammar
