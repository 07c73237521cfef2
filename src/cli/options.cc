#include "cli/options.h"

#include "cli/help.h"
#include "lectern/library.h"

namespace lectern::cli {
namespace {

bool is_library_file(const std::string& library) { return library.ends_with(".db"); }

std::string check_library(const std::string& library) {
  if (is_library_file(library)) return {};
  const bool name = !library.empty() && library != "." && library != ".." && library.find('/') == std::string::npos;
  return name ? "" : "a library is a name without \"/\", or the path of a file that ends in .db";
}

}  // namespace

void add_model(CLI::App& command, SharedOptions& options) {
  command
      .add_option("--model", options.model,
                  "The model that answers: a name of `lectern models list`, a GGUF file, a Hugging Face folder, or an "
                  "engine file")
      ->type_name("MODEL")
      ->capture_default_str();
}

void add_model_argument(CLI::App& command, SharedOptions& options) {
  command
      .add_option("MODEL", options.model,
                  "A name of `lectern models list`, a GGUF file, a Hugging Face folder, or an engine file")
      ->required();
}

CLI::Option* add_library(CLI::App& command, SharedOptions& options) {
  command.add_option("--embedding-model", options.embedding_model, "The model that finds passages by their meaning")
      ->type_name("MODEL")
      ->capture_default_str();
  auto* library =
      command.add_option("--library", options.library, "The library: a name, or the path of a file that ends in .db");
  check_library_name(*library);
  return library;
}

void add_threads(CLI::App& command, SharedOptions& options) {
  command.add_option("--threads", options.threads, "Threads that compute; 0 is one for each core")
      ->check(within(0, 4096))
      ->type_name("N")
      ->capture_default_str();
}

void add_json(CLI::App& command, SharedOptions& options) {
  command.add_flag("--json", options.json, "Print JSON for other programs");
}

void check_library_name(CLI::Option& option) {
  option.check(CLI::Validator(check_library, ""))->type_name("NAME")->capture_default_str();
}

std::filesystem::path library_file(const std::string& library) {
  return is_library_file(library) ? std::filesystem::absolute(library) : library_path(library);
}

}  // namespace lectern::cli
