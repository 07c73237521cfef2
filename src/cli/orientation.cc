#include "cli/orientation.h"

#include "cli/model_path.h"
#include "cli/options.h"
#include "core/paths.h"
#include "hub/model_store.h"
#include "lectern/library.h"

namespace lectern::cli {
namespace {

std::string next_step() {
  for (const std::string model : {kDefaultModel, kDefaultEmbeddingModel}) {
    if (!hub::find_model(model)) return "Next: lectern models pull " + model + "\n";
  }
  std::error_code ignored;
  if (!std::filesystem::exists(library_path("default"), ignored)) {
    return "Next: lectern index FOLDER    (reads your documents: PDF, Office, e-books, mail, text)\n";
  }
  return "Next: lectern chat            (talk about the documents of your library)\n";
}

}  // namespace

std::string orientation() {
  return "Lectern answers questions from your own files, on your own machine.\n\n"
         "  lectern index FOLDER      read a folder of documents\n"
         "  lectern ask QUESTION      an answer with its sources\n"
         "  lectern chat [FOLDER]     a conversation\n"
         "  lectern serve [FOLDER]    the same in the browser\n"
         "  lectern --help            all commands\n\n" +
         next_step();
}

}  // namespace lectern::cli
