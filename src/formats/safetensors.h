// One safetensors file (github.com/huggingface/safetensors, "Format").
#pragma once

#include <filesystem>
#include <vector>

#include "core/mapped_file.h"
#include "formats/checkpoint.h"

namespace lectern::formats {

/// Maps the file and checks its header. Tensors of integers and booleans (position ids, masks) and empty ones are
/// checked but left out: they are no weights.
class Safetensors {
 public:
  /// Throws Error kNotFound, kIo, kCorrupt, kUnsupported (floating-point types other than F32, F16, BF16).
  explicit Safetensors(const std::filesystem::path& path);

  /// In the order of their bytes, which need not be aligned. A scalar has shape {1}.
  const std::vector<CheckpointTensor>& tensors() const { return tensors_; }

 private:
  MappedFile file_;
  std::vector<CheckpointTensor> tensors_;
};

}  // namespace lectern::formats
