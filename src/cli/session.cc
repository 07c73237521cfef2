#include "cli/session.h"

#include "cli/model_path.h"
#include "cli/progress_bar.h"
#include "core/paths.h"
#include "lectern/compile.h"
#include "lectern/error.h"

namespace lectern::cli {

std::filesystem::path engine_file(const std::string& model, bool quiet, const std::stop_token& stop) {
  ProgressBar bar(!quiet);
  CompileOptions options;
  options.stop = stop;
  return engine_for(model_path(model), options, bar.callback());
}

std::unique_ptr<Engine> open_engine(const std::string& model, const SharedOptions& options, EngineOptions engine,
                                    const std::stop_token& stop) {
  engine.threads = options.threads;
  return load_engine(engine_file(model, options.json, stop), engine);
}

OpenLibrary open_library(const SharedOptions& options, Missing missing) {
  const auto file = library_file(options.library);
  std::error_code ignored;
  if (missing == Missing::kFail && !std::filesystem::exists(file, ignored)) {
    const std::string argument = options.library == "default" ? "" : " --library " + options.library;
    throw Error(ErrorCode::kNotFound, "There is no library " + quoted(file) +
                                          " yet. Make it from a folder of documents: " + "lectern index FOLDER" +
                                          argument);
  }
  OpenLibrary opened;
  opened.embedder = open_engine(options.embedding_model, options);
  opened.library = lectern::open_library(file, *opened.embedder);
  return opened;
}

}  // namespace lectern::cli
