#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "lectern/compile.h"

namespace lectern::cli {

void add_inspect(CLI::App& app, Action& chosen) {
  auto file = std::make_shared<std::string>();
  auto* sub = app.add_subcommand("inspect", "Print what a checkpoint or engine file holds");
  sub->add_option("FILE", *file, "A GGUF file, a Hugging Face folder, or an engine file")->required();
  sub->footer(
      "Metadata, tensors with their types and shapes, and for an engine file the program and its buffers.\n\n"
      "Example:\n"
      "  lectern inspect model.gguf | less");
  sub->callback([file, &chosen] {
    chosen = [file] {
      print(printable(inspect(model_path(*file))));
      return 0;
    };
  });
}

}  // namespace lectern::cli
