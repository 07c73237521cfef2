// Files that clients send into libraries: a folder of its own for each.
#pragma once

#include <filesystem>
#include <string>

namespace lectern::server {

/// $XDG_DATA_HOME/lectern/uploads/LIBRARY
std::filesystem::path upload_folder(const std::string& library);

/// Whether a document of that library was sent into it.
bool is_upload(const std::string& library, const std::string& document);

/// Where a file of that name goes. Throws ApiError 400 where it is no plain name, is hidden, too long, or of a type
/// that Lectern does not read.
std::filesystem::path upload_path(const std::string& library, const std::string& name);

/// Deletes what was sent into that library.
void remove_uploads(const std::string& library);
/// Deletes what was never sent to its end.
void remove_unfinished_uploads();

}  // namespace lectern::server
