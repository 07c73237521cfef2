// From a template's source to its tree.
#pragma once

#include <string_view>

#include "text/jinja_ast.h"

namespace lectern::text::jinja {

/// Throws Error kUnsupported: a construct outside the subset, named with its line; wrong syntax; nesting deeper
/// than 50.
Block parse(std::string_view source);

}  // namespace lectern::text::jinja
