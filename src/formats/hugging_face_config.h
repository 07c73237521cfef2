// config.json as flat metadata.
#pragma once

#include <filesystem>

#include "formats/checkpoint.h"

namespace lectern::formats {

/// Fields of nested objects under names joined with dots ("rope_scaling.factor"). Nulls and lists that are not of one
/// kind are left out. Throws Error kNotFound, kIo, kCorrupt.
Metadata read_config(const std::filesystem::path& path);

}  // namespace lectern::formats
