#include <memory>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/question.h"
#include "cli/session.h"
#include "cli/sources.h"

namespace lectern::cli {
namespace {

struct SearchCommand {
  SharedOptions shared;
  QuestionOptions questions;
  int top_k = 5;
};

constexpr int kShownLines = 4;

constexpr const char* kFooter =
    "Passages are found by their words and by their meaning, and the two rankings are joined.\n\n"
    "Examples:\n"
    "  lectern search \"how to reset the router\"\n"
    "  lectern search --top-k 10 --json \"warranty\"\n"
    "  lectern search --questions questions.jsonl     one JSON line for each {\"id\": …, \"question\": …}";

int run(const SearchCommand& command) {
  const bool from_file = command.questions.from_file();
  const auto questions = from_file ? read_questions(command.questions.file) : std::vector<Question>{};
  const auto opened = open_library(command.shared, Missing::kFail);
  for (const auto& question : questions) {
    print(to_json(opened.library->search(question.text, command.top_k), question.id) + "\n");
  }
  if (from_file) return 0;
  const auto passages = opened.library->search(command.questions.question, command.top_k);
  if (command.shared.json)
    print(to_json(passages) + "\n");
  else
    print(passages.empty() ? "Nothing found.\n" : passage_lines(passages, kShownLines));
  return 0;
}

}  // namespace

void add_search(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<SearchCommand>();
  auto* sub = app.add_subcommand("search", "Find the passages that fit a question");
  add_question(*sub, command->questions, "What to look for");
  sub->add_option("--top-k", command->top_k, "How many passages")
      ->check(within(1, 1000))
      ->type_name("K")
      ->capture_default_str();
  add_library(*sub, command->shared);
  add_threads(*sub, command->shared);
  add_json(*sub, command->shared);
  sub->footer(kFooter);
  sub->callback([=, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
