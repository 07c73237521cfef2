// Whether the parts of an engine header belong together.
#pragma once

#include <string_view>

#include "formats/engine_file.h"

namespace lectern::formats {

/// `sections_begin` and `sections_end` are the file's bytes that sections may take. Throws Error kCorrupt, kVersion (a
/// target that is not known); `what` begins each message.
void check_engine_header(const EngineHeader& header, std::uint64_t sections_begin, std::uint64_t sections_end,
                         std::string_view what);

}  // namespace lectern::formats
