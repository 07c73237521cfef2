#include "lectern/chat.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/index.h"
#include "cli/interrupt.h"
#include "cli/line_editor.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/sources.h"
#include "cli/terminal.h"
#include "core/hash.h"
#include "core/paths.h"
#include "lectern/error.h"
#include "library/youtube/address.h"

namespace lectern::cli {
namespace {

struct ChatCommand {
  SharedOptions shared;
  std::string folder;
  bool library_named = false;
};

constexpr int kShownLines = 2;

constexpr const char* kFooter =
    "With FOLDER, that folder is read first, into a library of its own. Each question is answered from the library's\n"
    "passages and from what was said before. Without a terminal, each line of standard input is a question.\n\n"
    "While chatting:\n"
    "  /sources   the passages behind the last answer, in full\n"
    "  /clear     forget the conversation\n"
    "  /help      these lines\n"
    "  /quit      leave; Ctrl-D does too\n"
    "  Ctrl-C     stops an answer; at the prompt it clears the line, twice leaves\n\n"
    "Examples:\n"
    "  lectern chat ~/Documents\n"
    "  lectern chat --library work --model qwen2.5-1.5b-instruct-q4_k_m\n\n"
    "Files:\n"
    "  $XDG_STATE_HOME/lectern/chat_history    what was typed (~/.local/state without XDG_STATE_HOME)";

constexpr const char* kHelp =
    "Ask a question about your documents, or:\n"
    "  /sources   the passages behind the last answer, in full\n"
    "  /clear     forget the conversation\n"
    "  /quit      leave\n"
    "Ctrl-C stops an answer.\n";

// A folder's own library: its name for people, a hash to tell it from others of that name.
std::string folder_library(const std::filesystem::path& folder) {
  const bool address = library::is_address(folder.native());
  const std::string path =
      address ? library::parse_address(folder.native()).url() : std::filesystem::weakly_canonical(folder).native();
  const auto hash = sha256(std::as_bytes(std::span(path))).substr(0, 8);
  return (address ? "youtube" : std::filesystem::path(path).filename().native()) + "-" + hash;
}

class Conversation {
 public:
  explicit Conversation(Chat& chat) : chat_(chat) {}

  /// Answers a line or obeys its command. Returns false when the person wants to leave.
  bool take(const std::string& line) {
    const std::string text = CLI::detail::trim_copy(line);
    if (text.empty()) return true;
    if (text == "/quit" || text == "/exit" || text == "/q") return false;
    if (text == "/help" || text == "/?")
      print(kHelp);
    else if (text == "/clear")
      clear();
    else if (text == "/sources")
      sources();
    else if (text.front() == '/' && text.find(' ') == std::string::npos)
      print("There is no command " + one_line(text) + ": /help lists them.\n");
    else
      answer(text);
    flush();
    return true;
  }
  bool failed() const { return failed_; }

 private:
  void clear() {
    chat_.clear();
    last_ = {};
    print("The conversation is forgotten.\n");
  }

  void sources() {
    print(last_.passages.empty() ? "There is no answer with sources yet.\n" : passage_lines(last_.passages, 0));
  }

  void answer(const std::string& question) try {
    const Interrupt interrupt;
    ControlFilter filter;
    const auto show = [&](std::string_view piece) {
      print(filter.add(piece));
      flush();
    };
    last_ = chat_.ask(question, show, interrupt.token());
    print(last_.stopped ? dim(" … stopped", STDOUT_FILENO) + "\n" : "\n");
    const auto sources = last_.declined ? passage_lines(last_.passages, kShownLines) : citation_lines(last_);
    if (!sources.empty()) print("\n" + std::string(last_.declined ? "The nearest passages:\n" : "") + sources);
    print("\n");
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kIo) throw;
    // One bad question does not end a conversation.
    flush();
    std::fprintf(stderr, "lectern: %s\n", printable(error.what()).c_str());
    failed_ = true;
  }

  Chat& chat_;
  bool failed_ = false;
  Answer last_;
};

void read_folder(const std::string& folder, Library& library, bool person) {
  const auto report = index_folders(library, {folder}, false);
  if (person) print(report_text(report));
  if (report.cancelled)
    throw Error(ErrorCode::kCancelled,
                "Stopped while reading " + lectern::quoted(folder) + ": what was read so far stays.");
}

void converse(Conversation& conversation, bool person) {
  if (!person) {
    for (std::string line; std::getline(std::cin, line);) {
      if (!conversation.take(line)) return;
    }
    return;
  }
  // Between an answer's last word and the prompt, where Ctrl-C is a key, it must not end the program.
  std::signal(SIGINT, SIG_IGN);
  LineEditor editor(history_file());
  while (const auto line = editor.read()) {
    if (!conversation.take(*line)) return;
  }
  print("\n");
}

int run(ChatCommand command) {
  const bool person = is_terminal(STDIN_FILENO);
  const bool reads = !command.folder.empty();
  if (reads) {
    check_folders({command.folder});
    if (!command.library_named) command.shared.library = folder_library(command.folder);
    if (person)
      print(fmt::format("Reading {} into the library {}.\n", shown_path(command.folder),
                        one_line(command.shared.library)));
    flush();
  }
  auto opened = open_library(command.shared, reads ? Missing::kCreate : Missing::kFail);
  if (reads) read_folder(command.folder, *opened.library, person);
  const auto model = open_engine(command.shared.model, command.shared);
  if (person) {
    const auto documents = opened.library->statistics().documents;
    print(fmt::format("{} answers from {} document{}. /help tells more.\n\n", one_line(model->info().name), documents,
                      documents == 1 ? "" : "s"));
    flush();
  }
  const auto chat = start_chat(*model, opened.library.get());
  Conversation conversation(*chat);
  converse(conversation, person);
  return conversation.failed() && !person ? 1 : 0;
}

}  // namespace

void add_chat(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<ChatCommand>();
  auto* sub = app.add_subcommand("chat", "Talk about documents");
  sub->add_option("FOLDER", command->folder, "A folder to read first, or a video or playlist");
  add_model(*sub, command->shared);
  auto* library = add_library(*sub, command->shared);
  add_threads(*sub, command->shared);
  sub->footer(kFooter);
  sub->callback([command, library, &chosen] {
    command->library_named = library->count() > 0;
    chosen = [command] { return run(*command); };
  });
}

}  // namespace lectern::cli
