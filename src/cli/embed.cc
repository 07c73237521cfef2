#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/question.h"
#include "cli/session.h"

namespace lectern::cli {
namespace {

struct EmbedCommand {
  SharedOptions shared;
  std::string file = "-";
};

int run(const EmbedCommand& command) {
  const auto engine = open_engine(command.shared.model, command.shared);
  std::istringstream lines(read_text(command.file));
  std::vector<std::vector<TokenId>> texts;
  for (std::string line; std::getline(lines, line);)
    texts.push_back(engine->tokenizer().encode(line, {.add_special_tokens = true, .parse_special_tokens = false}));
  for (const auto& vector : engine->embed(texts))
    print(command.shared.json ? embedding_to_json(vector) + "\n" : fmt::format("{}\n", fmt::join(vector, " ")));
  return 0;
}

}  // namespace

void add_embed(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<EmbedCommand>();
  auto* sub = app.add_subcommand("embed", "Print the embedding of each line of a text");
  add_model_argument(*sub, command->shared);
  sub->add_option("--file", command->file, "The text; standard input without it")->type_name("F");
  add_threads(*sub, command->shared);
  add_json(*sub, command->shared);
  sub->footer(
      "Each line gives one line: numbers, of length 1 together, so that the dot product of two lines is their "
      "cosine.\n\n"
      "Example:\n"
      "  echo \"A cat sits on the mat.\" | lectern embed all-minilm-l6-v2");
  sub->callback([command, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
