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

/// What `reference`, "#/$defs/x", names in `root`. Throws Error kInvalidArgument, which names `where`.
const Schema& resolve(const Schema& root, const std::string& reference, const std::string& where);

/// One schema that asks for what `schema` and each of its allOf ask for. Throws Error kInvalidArgument where two of
/// them ask for different things.
Schema merge_all_of(const Schema& root, const Schema& schema, const std::string& where, int depth = 0);

/// Whether no value fits both: other types, other constants, or a required member with other constants.
bool exclude_one_another(const Schema& root, const Schema& a, const Schema& b);

}  // namespace lectern::grammar
