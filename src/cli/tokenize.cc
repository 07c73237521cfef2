#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/question.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "core/paths.h"
#include "lectern/tokenizer.h"

namespace lectern::cli {
namespace {

struct TokenizeCommand {
  SharedOptions shared;
  std::string file = "-";
  EncodeOptions encode;
};

int run(const TokenizeCommand& command) {
  const auto tokenizer = load_tokenizer(engine_file(command.shared.model, command.shared.json));
  const auto ids = tokenizer->encode(read_text(command.file), command.encode);
  if (command.shared.json) {
    print(ids_to_json(ids) + "\n");
    return 0;
  }
  for (const TokenId id : ids) {
    const std::string piece = printable(to_valid_utf8(tokenizer->token_bytes(id, {.keep_special = true})));
    print(fmt::format("{:>7}  {:?}\n", id, fmt::string_view(piece)));
  }
  return 0;
}

}  // namespace

void add_tokenize(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<TokenizeCommand>();
  auto* sub = app.add_subcommand("tokenize", "Print the token ids of a text");
  add_model_argument(*sub, command->shared);
  sub->add_option("--file", command->file, "The text; standard input without it")->type_name("F");
  sub->add_flag("!--no-special", command->encode.add_special_tokens,
                "Leave out the start and end tokens that the model's tokenizer adds");
  sub->add_flag("!--plain", command->encode.parse_special_tokens, "Special tokens spelled out in the text are text");
  add_json(*sub, command->shared);
  sub->footer(
      "Examples:\n"
      "  echo -n \"Hello, world\" | lectern tokenize model.gguf\n"
      "  lectern tokenize model.gguf --file notes.txt --json");
  sub->callback([command, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
