// Engines and libraries as the shared options name them.
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "cli/options.h"
#include "lectern/engine.h"
#include "lectern/library.h"

namespace lectern::cli {

/// The engine file of `model`, compiled now where that was not done yet, with a progress bar.
std::filesystem::path engine_file(const std::string& model, bool quiet, const std::stop_token& stop = {});

/// Throws Error kCancelled where `stop` ends the compilation.
std::unique_ptr<Engine> open_engine(const std::string& model, const SharedOptions& options, EngineOptions engine = {},
                                    const std::stop_token& stop = {});

/// A library with the engine that it embeds with.
struct OpenLibrary {
  std::unique_ptr<Engine> embedder;
  std::unique_ptr<Library> library;
};

enum class Missing { kCreate, kFail };

OpenLibrary open_library(const SharedOptions& options, Missing missing);

}  // namespace lectern::cli
