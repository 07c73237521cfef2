// An engine file that was opened to be run.
#pragma once

#include <filesystem>
#include <memory>

#include "core/isa.h"
#include "formats/engine_file.h"
#include "lectern/engine.h"
#include "lectern/tokenizer.h"

namespace lectern::runtime {

struct Model {
  /// Throws Error: kNotFound, kIo, kCorrupt, kVersion (another format version, a target that this machine lacks).
  explicit Model(const std::filesystem::path& engine_file);

  formats::EngineFile file;
  Isa isa;
  std::unique_ptr<Tokenizer> tokenizer;
  ModelInfo info;

  /// Throws Error kInvalidArgument where a token is outside the vocabulary.
  void check_tokens(std::span<const TokenId> tokens) const;
};

}  // namespace lectern::runtime
