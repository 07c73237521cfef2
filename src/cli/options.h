// The options that mean the same on every command.
#pragma once

#include <filesystem>
#include <string>

#include "cli/model_path.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lectern::cli {

struct SharedOptions {
  std::string model = kDefaultModel;
  std::string embedding_model = kDefaultEmbeddingModel;
  std::string library = "default";
  int threads = 0;
  bool json = false;
};

void add_model(CLI::App& command, SharedOptions& options);
void add_model_argument(CLI::App& command, SharedOptions& options);   // the same, as the first argument
CLI::Option* add_library(CLI::App& command, SharedOptions& options);  // and the embedding model, which it needs
void add_threads(CLI::App& command, SharedOptions& options);
void add_json(CLI::App& command, SharedOptions& options);

/// For an option that takes a library's name or path.
void check_library_name(CLI::Option& option);

/// A name becomes a file in the data directory; a path is itself.
std::filesystem::path library_file(const std::string& library);

}  // namespace lectern::cli
