// Entities that a document type declares.
#pragma once

#include <string_view>

namespace lectern::library {

/// Expansion is how a few hundred bytes become gigabytes, or another file's content. Nothing here expands; a text that
/// uses what it declares is refused rather than read with holes. Throws ExtractFailure.
void refuse_entities(std::string_view text);

}  // namespace lectern::library
