// GGUF, versions 2 and 3, little-endian (github.com/ggml-org/ggml, docs/gguf.md).
#pragma once

#include <filesystem>
#include <memory>

#include "formats/checkpoint.h"

namespace lectern::formats {

/// Maps the file and checks every count, span and name in it. Throws Error kNotFound, kIo, kCorrupt, kUnsupported
/// (version 1, big-endian, a tensor type without a reader), kVersion (a version after 3).
std::unique_ptr<Checkpoint> open_gguf(const std::filesystem::path& path);

}  // namespace lectern::formats
