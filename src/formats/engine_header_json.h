// The engine header as JSON text and back.
#pragma once

#include <string>
#include <string_view>

#include "formats/engine_file.h"

namespace lectern::formats {

std::string to_json_text(const EngineHeader& header);

/// Checks types and the range of each number by itself; engine_header_checks.h looks at how they belong together.
/// Throws Error kCorrupt; `what` begins each message.
EngineHeader engine_header_from_json(std::string_view text, std::string_view what);

}  // namespace lectern::formats
