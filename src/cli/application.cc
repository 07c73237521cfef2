#include "cli/application.h"

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <new>
#include <string>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/orientation.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

constexpr const char* kDescription =
    "Answers questions from your own files, on your own machine.\n\n"
    "Index a folder once, then ask about it: the answer is written by a language model that runs here, from the\n"
    "passages of your files that fit the question, and cites file and page. Nothing leaves the machine.";

constexpr const char* kFooter =
    "Examples:\n"
    "  lectern index ~/Documents           read a folder\n"
    "  lectern ask \"How long is the warranty?\"\n"
    "  lectern chat ~/Documents            read it and talk about it\n"
    "  lectern serve ~/Documents           the same in the browser\n\n"
    "Environment:\n"
    "  LECTERN_MODELS   a folder of models, looked into first\n"
    "  LECTERN_ISA      scalar, avx2, avx512 or avx512_bf16: the kernels to use, instead of this machine's best\n"
    "  NO_COLOR         no colours\n\n"
    "Files:\n"
    "  $XDG_DATA_HOME/lectern/NAME.db      libraries (~/.local/share without XDG_DATA_HOME)\n"
    "  $XDG_DATA_HOME/lectern/models       models\n"
    "  $XDG_DATA_HOME/lectern/uploads      files sent to the page\n"
    "  $XDG_DATA_HOME/lectern/chats.sqlite its chats\n"
    "  $XDG_CACHE_HOME/lectern             compiled models; safe to delete (~/.cache)\n"
    "  $XDG_STATE_HOME/lectern             the history of `chat` (~/.local/state)\n\n"
    "Exit status:\n"
    "  0 success, 1 a failure, told in one line on stderr, 2 wrong usage\n\n"
    "`lectern COMMAND --help` tells about a command.";

// One line, whatever text from a file or an argument the message quotes.
void complain(const std::string& message) {
  std::string line = printable(message);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fprintf(stderr, "lectern: %s\n", line.c_str());
}

int wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::string command = "lectern";
  for (const auto* level = &app; !level->get_subcommands().empty();) {
    level = level->get_subcommands().front();
    command += " " + level->get_name();
  }
  complain(error.what());
  std::fprintf(stderr, "Try: %s --help\n", command.c_str());
  return 2;
}

void add_commands(CLI::App& app, Action& chosen) {
  add_index(app, chosen);
  add_search(app, chosen);
  add_ask(app, chosen);
  add_chat(app, chosen);
  add_serve(app, chosen);
  add_library_command(app, chosen);
  add_models_command(app, chosen);
  add_compile(app, chosen);
  add_inspect(app, chosen);
  add_embed(app, chosen);
  add_tokenize(app, chosen);
  add_perplexity(app, chosen);
  add_bench(app, chosen);
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App app(kDescription, "lectern");
  app.footer(kFooter);
  app.formatter(manual_formatter());
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", "lectern " LECTERN_VERSION, "Print the version");
  app.require_subcommand(0, 1);
  Action chosen;
  add_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    // CLI11 writes help and version itself.
    std::ostringstream text;
    app.exit(help, text, text);
    print(text.str());
    flush();
    return 0;
  } catch (const CLI::ParseError& error) {
    return wrong_usage(app, error);
  }
  const int status = chosen ? chosen() : (print(orientation()), 0);
  flush();
  return status;
}

}  // namespace

int run(int argc, const char* const* argv) {
  std::setlocale(LC_CTYPE, "");
  // A reader that went away and a file beyond the limit of sizes are failed writes, told like any other.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return parse_and_run(argc, argv);
  } catch (const Error& error) {
    complain(error.what());
  } catch (const std::bad_alloc&) {
    complain("The machine's memory is used up: close something, or choose a smaller model.");
  } catch (const std::exception& error) {
    complain(std::string("An unexpected failure: ") + error.what() + ". Please report it.");
  }
  return 1;
}

}  // namespace lectern::cli
