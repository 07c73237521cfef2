// A folder in Hugging Face's layout: config.json, *.safetensors, tokenizer files.
#pragma once

#include <filesystem>
#include <memory>

#include "formats/checkpoint.h"

namespace lectern::formats {

/// `path` is the folder, or a .safetensors file in it. The weights are model.safetensors, else what
/// model.safetensors.index.json lists, else every *.safetensors; a file that is named and not among them stands alone.
/// Throws Error kNotFound, kIo, kCorrupt, kUnsupported (weights in other formats only).
std::unique_ptr<Checkpoint> open_hugging_face(const std::filesystem::path& path);

}  // namespace lectern::formats
