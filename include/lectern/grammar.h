// What an answer has to look like, held to while it is generated: no token that could not be part of it is chosen.
#pragma once

#include <memory>
#include <string_view>

#include "lectern/error.h"

namespace lectern {

/// Made once, and shared by requests (SamplingOptions::grammar). Immutable.
class Grammar;

/// A JSON object of any kind.
std::shared_ptr<const Grammar> json_object_grammar();

/// A JSON value that fits `schema`, a JSON Schema as text. An object's members come in the order of its `properties`,
/// and without `additionalProperties` there are no others; between tokens stands at most a line break with its
/// indentation. What is understood: type, enum, const, properties, required, additionalProperties, items, prefixItems,
/// minItems, maxItems, minLength, maxLength, pattern, format, minimum and its like, multipleOf, anyOf, oneOf of
/// alternatives that exclude one another, allOf, $ref within the schema; titles, descriptions and the like are read
/// over. Throws Error kInvalidArgument, which names the place and what is not understood, or takes too much work, there.
std::shared_ptr<const Grammar> json_schema_grammar(std::string_view schema);

}  // namespace lectern
