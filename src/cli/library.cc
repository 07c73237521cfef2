// The libraries themselves: what there is, whether it is whole, and taking it out or away.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/library_text.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/terminal.h"
#include "core/paths.h"
#include "lectern/error.h"
#include "lectern/library_file.h"
#include "library/walk.h"
#include "library/youtube/address.h"

namespace lectern::cli {
namespace {

struct LibraryCommand {
  std::string library = "default";
  std::string file;    // to export to; empty is standard output
  std::string folder;  // to take out
  bool json = false, salvage = false, yes = false;
};

constexpr const char* kFooter =
    "A library is one SQLite file, made by `lectern index`. What it holds of your documents is theirs: deleting a "
    "library\n"
    "deletes no document.\n\n"
    "Examples:\n"
    "  lectern library list\n"
    "  lectern library show work\n"
    "  lectern library verify work\n"
    "  lectern library export work documents.jsonl\n"
    "  lectern library take-out work ~/old-manuals\n"
    "  lectern library rm work";

constexpr const char* kShowFooter =
    "Each document has a state: current, changed (its file is another since it was read), gone, outdated (read by "
    "another\n"
    "version of Lectern), failed, or excluded (taken out by hand), with the reason. `lectern index` brings all of "
    "them\n"
    "up to date.\n\n"
    "Example:\n"
    "  lectern library show work";

constexpr const char* kVerifyFooter =
    "Everything is read and compared with its checksums. A damaged index is made anew from the documents; a damaged\n"
    "document is read again by the next `lectern index`. Where the file's structure is damaged and documents are lost\n"
    "with it, nothing is changed, and you are told how many can still be exported.\n\n"
    "Example:\n"
    "  lectern library verify work\n\n"
    "Exit status:\n"
    "  0 when all is whole or was made whole, 1 when documents are damaged";

constexpr const char* kExportFooter =
    "One JSON line a document: its text, and where headings, pages and passages are in it (docs/json.md).\n\n"
    "Examples:\n"
    "  lectern library export work documents.jsonl\n"
    "  lectern library export --salvage work saved.jsonl     what is whole of a damaged library";

constexpr const char* kTakeOutFooter =
    "What came through this folder alone leaves the library, and changes in it are not looked for any more; what "
    "another\n"
    "of its folders holds too stays. Nothing on disk is touched: `lectern index` with the same folder brings it back.\n"
    "`lectern library list` tells which folders a library has.\n\n"
    "Examples:\n"
    "  lectern library take-out work ~/old-manuals\n"
    "  lectern library take-out default \"https://www.youtube.com/playlist?list=…\"";

constexpr const char* kRemoveFooter =
    "It asks first on a terminal; elsewhere it wants --yes. Your documents stay where they are.\n\n"
    "Example:\n"
    "  lectern library rm work --yes";

int list(const LibraryCommand& command) {
  const auto libraries = list_libraries();
  print(command.json ? to_json(libraries) + "\n" : library_lines(libraries));
  return 0;
}

int show(const LibraryCommand& command) {
  const auto details = describe_library(library_file(command.library));
  print(command.json ? to_json(details) + "\n" : details_text(details));
  return 0;
}

int verify(const LibraryCommand& command) {
  const auto check = [&] {
    ProgressBar bar(!command.json);
    return verify_library(library_file(command.library), bar.callback());
  }();
  print(command.json ? to_json(check) + "\n" : check_text(check, command.library));
  return check.refused || check.readable < check.documents ? 1 : 0;
}

void write_line(int descriptor, std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(descriptor, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw Error(ErrorCode::kIo, std::string("The documents cannot be written: ") + std::strerror(errno) +
                                      ". Make room, or name another file.");
    }
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

int export_documents(const LibraryCommand& command) {
  const auto library = library_file(command.library);
  const Damaged damaged = command.salvage ? Damaged::kSkip : Damaged::kRefuse;
  ExportReport report;
  if (command.file.empty()) {
    report = export_library(library, damaged, [](const auto& document) { print(to_json(document) + "\n"); });
  } else {
    write_atomically(std::filesystem::absolute(command.file), [&](int descriptor) {
      report = export_library(library, damaged,
                              [&](const auto& document) { write_line(descriptor, to_json(document) + "\n"); });
    });
    print(command.json ? to_json(report) + "\n" : export_text(report));
  }
  if (command.file.empty() && report.lost > 0) std::cerr << export_text(report);
  return 0;
}

int take_out(const LibraryCommand& command) {
  std::filesystem::path folder = command.folder;
  if (!library::is_address(command.folder)) folder = library::absolute_path(folder);
  const auto documents = remove_folder(library_file(command.library), folder);
  print(command.json ? taken_out_to_json(folder.native(), documents) + "\n" : taken_out_text(folder, documents));
  return 0;
}

bool confirmed(const std::filesystem::path& library) {
  if (!is_terminal(STDIN_FILENO)) {
    throw Error(ErrorCode::kInvalidArgument,
                "The library " + quoted(library) + " is deleted only with --yes where nobody can be asked.");
  }
  print(printable(fmt::format("Delete the library {} ({})? [y/N] ", quoted(library), size_text(library))));
  flush();
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int remove(const LibraryCommand& command) {
  const auto library = library_file(command.library);
  if (!std::filesystem::exists(library)) {
    throw Error(ErrorCode::kNotFound, "There is no library " + quoted(library) + ".");
  }
  if (!command.yes && !confirmed(library)) {
    print("Nothing was deleted.\n");
    return 1;
  }
  remove_library(library);
  print(command.json ? removed_to_json(library.native()) + "\n" : printable("Deleted " + quoted(library) + ".\n"));
  return 0;
}

class Subcommands {
 public:
  Subcommands(CLI::App& parent, Action& chosen) : parent_(parent), chosen_(chosen) {}

  CLI::App& add(const char* name, const char* what, const char* footer, int (*run)(const LibraryCommand&)) {
    command_ = std::make_shared<LibraryCommand>();
    auto* sub = parent_.add_subcommand(name, what);
    sub->footer(footer);
    sub->add_flag("--json", command_->json, "Print JSON for other programs");
    sub->callback([command = command_, run, &chosen = chosen_] { chosen = [command, run] { return run(*command); }; });
    return *sub;
  }
  CLI::App& add_named(const char* name, const char* what, const char* footer, int (*run)(const LibraryCommand&)) {
    CLI::App& sub = add(name, what, footer, run);
    auto* option =
        sub.add_option("NAME", command_->library, "The library: a name, or the path of a file that ends in .db");
    check_library_name(*option);
    return sub;
  }
  LibraryCommand& command() { return *command_; }

 private:
  CLI::App& parent_;
  Action& chosen_;
  std::shared_ptr<LibraryCommand> command_;  // of the last that was added
};

}  // namespace

void add_library_command(CLI::App& app, Action& chosen) {
  auto* library =
      app.add_subcommand("library", "List, show, verify, export and delete libraries, take folders out of them");
  library->footer(kFooter);
  library->require_subcommand(1);
  Subcommands commands(*library, chosen);
  commands.add("list", "Which libraries there are", "Example:\n  lectern library list", &list);
  commands.add_named("show", "What a library holds, document by document", kShowFooter, &show);
  commands.add_named("verify", "Look for damage, and mend what can be mended", kVerifyFooter, &verify);
  auto& exporting =
      commands.add_named("export", "Write the documents of a library as JSON lines", kExportFooter, &export_documents);
  exporting.add_option("FILE", commands.command().file, "Where to; standard output if there is none");
  exporting.add_flag("--salvage", commands.command().salvage, "Leave out damaged documents instead of stopping there");
  auto& taking = commands.add_named("take-out", "Take a folder out of a library", kTakeOutFooter, &take_out);
  taking.get_option("NAME")->required();
  taking
      .add_option("FOLDER", commands.command().folder,
                  "The folder, file or address, as it was given to `lectern index`")
      ->required();
  auto& removing = commands.add_named("rm", "Delete a library", kRemoveFooter, &remove);
  removing.get_option("NAME")->required();
  removing.add_flag("--yes", commands.command().yes, "Do not ask");
}

}  // namespace lectern::cli
