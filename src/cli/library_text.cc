#include "cli/library_text.h"

#include <fmt/format.h>

#include "cli/progress_bar.h"
#include "cli/terminal.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

std::string megabytes(std::int64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

std::string contents(const LibrarySummary& library) {
  std::string text = counted(library.documents, "document");
  if (library.failed > 0) text += fmt::format(", {} failed", grouped(library.failed));
  return text + fmt::format(", {}, {}", counted(library.chunks, "chunk"), megabytes(library.bytes));
}

std::string folder_lines(const LibrarySummary& library) {
  std::string text;
  for (const auto& folder : library.folders) text += fmt::format("  {}\n", one_line(folder));
  return text;
}

std::string document_line(const LibraryDocument& document) {
  std::string line = fmt::format("  {:<8}  {}", document.state, shown_path(document.file));
  if (!document.reason.empty()) return line + fmt::format(": {}\n", one_line(document.reason));
  return line + fmt::format(", {}\n", counted(document.chunks, "chunk"));
}

std::string what_to_do(const LibraryCheck& check, const std::string& library) {
  const std::string name = printable(library);
  if (check.refused) {
    return fmt::format(
        "More is damaged than can be made anew. {} of {} are whole: `lectern library export --salvage {} FILE` writes "
        "them.\nTo start over: `lectern library rm {}`, then `lectern index` with the same folders.\n",
        grouped(check.readable), counted(check.documents, "document"), name, name);
  }
  std::string text;
  if (check.mended) text += "What is derived was made anew from the documents: nothing of it is lost.\n";
  if (const auto damaged = check.documents - check.readable; damaged > 0) {
    text +=
        fmt::format("{} damaged: `lectern index` with the same folders and library reads {} again.\n",
                    damaged == 1 ? "1 document is" : grouped(damaged) + " documents are", damaged == 1 ? "it" : "them");
  }
  return text;
}

}  // namespace

std::string library_lines(std::span<const LibrarySummary> libraries) {
  if (libraries.empty()) return "There is no library yet. Next: lectern index FOLDER\n";
  std::string text;
  for (const auto& library : libraries) {
    text += fmt::format("{}: {}\n", one_line(library.name),
                        library.problem.empty() ? contents(library) : one_line(library.problem));
    text += folder_lines(library);
  }
  return text;
}

std::string details_text(const LibraryDetails& details) {
  const auto& library = details.summary;
  std::string text =
      fmt::format("{}\n{}; schema version {}\n", one_line(library.file.native()), contents(library), details.version);
  for (const auto& model : details.embedding_models) {
    text += fmt::format("Embeddings of the model with the hash {}\n", one_line(model));
  }
  text += "Folders:\n" + folder_lines(library) + "Documents:\n";
  for (const auto& document : details.documents) text += document_line(document);
  return text;
}

std::string check_text(const LibraryCheck& check, const std::string& library) {
  if (check.sound()) {
    return fmt::format("The library \"{}\" is whole: {}.\n", printable(library), counted(check.documents, "document"));
  }
  std::string text = fmt::format("The library \"{}\" is damaged:\n", printable(library));
  for (const auto& damage : check.damages) {
    text += damage.file.empty() ? fmt::format("  {}\n", one_line(damage.what))
                                : fmt::format("  {}: {}\n", shown_path(damage.file), one_line(damage.what));
  }
  return text + what_to_do(check, library);
}

std::string export_text(const ExportReport& report) {
  std::string text = counted(report.exported, "document") + " exported";
  if (report.lost > 0) text += fmt::format(", {} left out because of damage", counted(report.lost, "document"));
  return text + ".\n";
}

std::string taken_out_text(const std::filesystem::path& folder, std::int64_t documents) {
  return fmt::format("{} is taken out, and {} with it. Nothing on disk was touched.\n", shown_path(folder.native()),
                     counted(documents, "document"));
}

std::string size_text(const std::filesystem::path& library) {
  try {
    return contents(describe_library(library).summary);
  } catch (const Error&) {
    return megabytes(static_cast<std::int64_t>(std::filesystem::file_size(library)));
  }
}

}  // namespace lectern::cli
