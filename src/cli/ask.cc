#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/question.h"
#include "cli/session.h"
#include "cli/sources.h"
#include "cli/terminal.h"
#include "lectern/chat.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

struct AskCommand {
  SharedOptions shared;
  QuestionOptions questions;
  ChatOptions chat;
};

constexpr int kShownLines = 2;

constexpr const char* kFooter =
    "The answer comes as it is written; its sources follow: file, page, and the sentence that supports it. Where the\n"
    "files do not tell, the answer says so, and the nearest passages are shown.\n\n"
    "Examples:\n"
    "  lectern ask \"How long is the warranty?\"\n"
    "  lectern ask --model qwen2.5-1.5b-instruct-q4_k_m \"What changed in version 2?\"\n"
    "  lectern ask --questions questions.jsonl        one JSON line for each {\"id\": …, \"question\": …}\n\n"
    "Exit status:\n"
    "  0 also when the files do not tell; with --questions 1 when any of them failed: its line has an \"error\"";

int answer_file(Chat& chat, const std::vector<Question>& questions) {
  int status = 0;
  for (const auto& question : questions) {
    chat.clear();
    try {
      print(to_json(chat.ask(question.text), question.id) + "\n");
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kIo) throw;
      print(failure_to_json(error.what(), question.id) + "\n");
      status = 1;
    }
    flush();
  }
  return status;
}

void answer_person(Chat& chat, const std::string& question) {
  ControlFilter filter;
  const auto answer = chat.ask(question, [&](std::string_view piece) {
    print(filter.add(piece));
    flush();
  });
  print("\n");
  const auto sources = answer.declined ? passage_lines(answer.passages, kShownLines) : citation_lines(answer);
  if (!sources.empty()) print("\n" + std::string(answer.declined ? "The nearest passages:\n" : "") + sources);
}

int run(const AskCommand& command) {
  const bool from_file = command.questions.from_file();
  const auto questions = from_file ? read_questions(command.questions.file) : std::vector<Question>{};
  const auto opened = open_library(command.shared, Missing::kFail);
  const auto model = open_engine(command.shared.model, command.shared);
  const auto chat = start_chat(*model, opened.library.get(), command.chat);
  if (from_file) return answer_file(*chat, questions);
  if (command.shared.json)
    print(to_json(chat->ask(command.questions.question)) + "\n");
  else
    answer_person(*chat, command.questions.question);
  return 0;
}

}  // namespace

void add_ask(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<AskCommand>();
  auto* sub = app.add_subcommand("ask", "Answer a question, with sources");
  add_question(*sub, command->questions, "The question");
  sub->add_option("--top-k", command->chat.top_k, "Passages that the model is given")
      ->check(within(1, 100))
      ->type_name("K")
      ->capture_default_str();
  sub->add_option("--max-tokens", command->chat.answer_tokens, "Length of the answer at most")
      ->check(within(1, 100000))
      ->type_name("N")
      ->capture_default_str();
  sub->add_flag("!--no-draft", command->chat.draft, "Write one token after the other; the answer is the same, later");
  add_model(*sub, command->shared);
  add_library(*sub, command->shared);
  add_threads(*sub, command->shared);
  add_json(*sub, command->shared);
  sub->footer(kFooter);
  sub->callback([=, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
