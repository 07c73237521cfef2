// Libraries for a person.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "lectern/library_file.h"

namespace lectern::cli {

std::string library_lines(std::span<const LibrarySummary> libraries);
std::string details_text(const LibraryDetails& details);
/// `library` is how the command was given it.
std::string check_text(const LibraryCheck& check, const std::string& library);
std::string export_text(const ExportReport& report);
/// `documents` are how many left the library with `folder`.
std::string taken_out_text(const std::filesystem::path& folder, std::int64_t documents);
/// "12 documents, 3.4 MB", or its size alone where it cannot be opened.
std::string size_text(const std::filesystem::path& library);

}  // namespace lectern::cli
