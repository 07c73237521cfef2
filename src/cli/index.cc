#include "cli/index.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>
#include <vector>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "core/paths.h"
#include "lectern/error.h"
#include "library/document_types.h"
#include "library/youtube/address.h"
#include "library/youtube/language.h"

namespace lectern::cli {
namespace {

struct IndexCommand {
  SharedOptions shared;
  std::vector<std::string> folders;
  IndexOptions options;
};

constexpr const char* kFooter =
    "\nEach folder is read with all folders in it. What changed since the last time is read again, what went away is\n"
    "removed, the rest is left alone. A file that cannot be read is listed and keeps no other from being read. Links\n"
    "that lead out of the folder are not followed. Old Word files (.doc) need the program antiword, scanned PDFs\n"
    "tesseract. Ctrl-C stops: what was read so far stays.\n\n"
    "Of a video on YouTube the captions are read, through the program yt-dlp: what people wrote, else what a machine\n"
    "heard. A playlist is kept in step as a folder is; a video that was read once is not fetched again, but for "
    "another\n"
    "--language. Passages cite the moment and link to it.\n\n"
    "Examples:\n"
    "  lectern index ~/Documents\n"
    "  lectern index ~/manuals ~/notes --library work\n"
    "  lectern index \"https://www.youtube.com/playlist?list=…\"\n\n"
    "Environment:\n"
    "  LECTERN_YT_DLP   the program yt-dlp, where it is not found by its name\n\n"
    "Exit status:\n"
    "  0 also when some files could not be read; 1 when none could, when a folder does not exist, or when stopped";

int run(const IndexCommand& command) {
  const std::vector<std::filesystem::path> folders(command.folders.begin(), command.folders.end());
  check_folders(folders);
  auto opened = open_library(command.shared, Missing::kCreate);
  const auto report = index_folders(*opened.library, folders, command.shared.json, command.options);
  if (command.shared.json) {
    print(to_json(report) + "\n");
  } else {
    print(report_text(report));
    if (report.indexed + report.unchanged > 0 && !report.cancelled) {
      const std::string library = command.shared.library == "default" ? "" : " --library " + command.shared.library;
      print(fmt::format("Next: lectern ask{} \"…\"\n", printable(library)));
    }
  }
  const bool nothing = report.indexed + report.unchanged == 0 && report.failed > 0;
  return nothing || report.cancelled ? 1 : 0;
}

CLI::Validator languages() {
  return {[](const std::string& text) {
            std::istringstream codes(text + ",");
            for (std::string code; std::getline(codes, code, ',');) {
              if (!library::is_language(code)) return "\"" + code + "\" is no code of a language: write de, or de,en";
            }
            return std::string();
          },
          ""};
}

}  // namespace

void check_folders(const std::vector<std::filesystem::path>& folders) {
  for (const auto& folder : folders) {
    std::error_code failed;
    if (library::is_address(folder.native())) {
      library::parse_address(folder.native());
      continue;
    }
    if (std::filesystem::exists(folder, failed)) continue;
    throw Error(ErrorCode::kNotFound, quoted(folder) + (failed ? " cannot be looked at: " + failed.message() + "."
                                                               : " does not exist: check the folder's name."));
  }
}

IndexReport index_folders(Library& library, const std::vector<std::filesystem::path>& folders, bool quiet,
                          IndexOptions options) {
  const Interrupt interrupt;
  ProgressBar bar(!quiet);
  options.progress = bar.callback();
  options.stop = interrupt.token();
  return library.index(folders, options);
}

std::string report_text(const IndexReport& report) {
  std::string text = counted(report.indexed, "document") + " indexed";
  if (report.unchanged > 0) text += fmt::format(", {} unchanged", grouped(report.unchanged));
  if (report.removed > 0) text += fmt::format(", {} removed", grouped(report.removed));
  if (report.failed > 0) text += fmt::format(", {} failed", grouped(report.failed));
  if (report.chunks > 0) {
    text += fmt::format(": {}, {}", counted(report.chunks, "chunk"), counted(report.word_pieces, "word piece"));
  }
  text += fmt::format(" in {:.1f} s.\n", report.seconds);
  if (report.cancelled) text += "Stopped before the end: the same command goes on from here.\n";
  for (const auto& failure : report.failures) {
    text += fmt::format("  {}: {}\n", shown_path(failure.file), one_line(failure.reason));
  }
  return text;
}

void add_index(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<IndexCommand>();
  auto* sub = app.add_subcommand("index", "Read folders of documents into a library");
  sub->add_option("FOLDER", command->folders, "Folders, single files, addresses of videos and playlists")->required();
  sub->add_option("--max-file-size", command->options.max_file_bytes, "Larger files are listed, not read: 512M, 2G")
      ->transform(byte_size())
      ->type_name("SIZE")
      ->default_str("256M");
  sub->add_option("--language", command->options.language,
                  "Of videos' captions, as de or de,en (default: the video's own)")
      ->type_name("LANG")
      ->check(languages());
  add_library(*sub, command->shared);
  add_threads(*sub, command->shared);
  add_json(*sub, command->shared);
  sub->footer("Reads " + library::known_types() + " files." + kFooter);
  sub->callback([command, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
