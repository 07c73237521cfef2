#include "lectern/compile.h"

#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/terminal.h"

namespace lectern::cli {
namespace {

struct CompileCommand {
  std::string checkpoint, output, target;
  std::string precision = "auto";
};

constexpr const char* kFooter =
    "An engine file holds the weights as this machine's kernels read them, the program that they run, and the\n"
    "tokenizer. Other commands take checkpoints too, and compile them into a cache at their first use: this command "
    "is\n"
    "for engine files that you want to keep, or to take to another machine.\n\n"
    "Precision:\n"
    "  auto   a decoder's matrices as the checkpoint has them, an encoder's as 8 bits\n"
    "  keep   at the checkpoint's bits\n"
    "  q8     floating-point matrices as 8 bits; quantized ones are kept\n\n"
    "Examples:\n"
    "  lectern compile model.gguf -o model.lectern\n"
    "  lectern compile hf-folder -o model.lectern --target avx2 --precision q8";

WeightPrecision precision(const std::string& name) {
  if (name == "keep") return WeightPrecision::kKeep;
  return name == "q8" ? WeightPrecision::kQ8 : WeightPrecision::kAuto;
}

int run(const CompileCommand& command) {
  const auto checkpoint = model_path(command.checkpoint);
  {
    ProgressBar bar(true);
    compile(checkpoint, command.output, {.target = command.target, .precision = precision(command.precision)},
            bar.callback());
  }
  const auto bytes = std::filesystem::file_size(command.output);
  print(fmt::format("{}: {:.1f} MiB\n", shown_path(command.output), static_cast<double>(bytes) / (1 << 20)));
  return 0;
}

}  // namespace

void add_compile(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<CompileCommand>();
  auto* sub = app.add_subcommand("compile", "Turn a checkpoint into an engine file");
  sub->add_option("CHECKPOINT", command->checkpoint, "A GGUF file, or a folder in Hugging Face's layout")->required();
  sub->add_option("-o,--output", command->output, "The engine file to write")->required()->type_name("FILE.lectern");
  sub->add_option("--target", command->target,
                  "scalar, avx2, avx512 or avx512_bf16; the best that this machine has otherwise")
      ->check(one_of({"scalar", "avx2", "avx512", "avx512_bf16"}))
      ->type_name("ISA");
  sub->add_option("--precision", command->precision, "auto, keep or q8, see below")
      ->check(one_of({"auto", "keep", "q8"}))
      ->type_name("P")
      ->capture_default_str();
  sub->footer(kFooter);
  sub->callback([command, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
