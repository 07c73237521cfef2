// From a checkpoint to an engine file.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "lectern/progress.h"

namespace lectern {

/// What happens to a checkpoint's matrices.
enum class WeightPrecision {
  kAuto,  // a decoder's as the checkpoint has them; an encoder's floating-point matrices as Q8_0
  kKeep,  // at the checkpoint's bits
  kQ8,    // floating-point matrices become 8-bit in groups of 32; quantized ones are kept
};

struct CompileOptions {
  /// "scalar", "avx2" or "avx512"; empty: the best that this machine has, or LECTERN_ISA where that is set.
  std::string target;
  WeightPrecision precision = WeightPrecision::kAuto;
  std::stop_token stop = {};  // ends it within a second or so: kCancelled, and no file is left
};

/// Compiles `checkpoint` (a GGUF file, or a folder in Hugging Face's layout) into the engine file `output`.
/// The file appears whole or not at all. Throws Error: kNotFound, kCorrupt, kUnsupported (an unknown family), kIo,
/// kCancelled.
void compile(const std::filesystem::path& checkpoint, const std::filesystem::path& output,
             const CompileOptions& options = {}, const ProgressCallback& progress = {});

/// The engine file for `model`: itself when it is an engine file, else the cached compilation of that checkpoint,
/// made now where it is missing. The cache is $XDG_CACHE_HOME/lectern, keyed by the content's hash, the target and the
/// options.
std::filesystem::path engine_for(const std::filesystem::path& model, const CompileOptions& options = {},
                                 const ProgressCallback& progress = {});

/// Deletes what the cache has of `checkpoint`, as before the checkpoint itself is deleted; nothing where it has
/// nothing, or where another checkpoint had the same content. Whoever has it loaded keeps it. Throws Error kNotFound,
/// kIo.
void forget_compiled(const std::filesystem::path& checkpoint);

/// What a checkpoint or an engine file holds, as text for a person (metadata, tensors, program).
std::string inspect(const std::filesystem::path& model);

}  // namespace lectern
