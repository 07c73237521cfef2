// Indexing with a progress bar and a report, for `index` and `chat FOLDER`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lectern/library.h"

namespace lectern::cli {

/// Throws Error kNotFound for a folder that does not exist, kInvalidArgument for an address that is no video's.
void check_folders(const std::vector<std::filesystem::path>& folders);

/// Ctrl-C stops it.
IndexReport index_folders(Library& library, const std::vector<std::filesystem::path>& folders, bool quiet,
                          IndexOptions options = {});

/// For a person.
std::string report_text(const IndexReport& report);

}  // namespace lectern::cli
