// What the values of JSON Schema's keywords have to be.
#pragma once

#include <string>

#include "grammar/schema_text.h"

namespace lectern::grammar {

/// Throws Error kInvalidArgument, which names `where`, where a keyword of `schema`, an object, has a value of a wrong
/// type. Does not look into the schemas in it.
void check_types(const Schema& schema, const std::string& where);

}  // namespace lectern::grammar
