#include "server/library_shelf.h"

#include <algorithm>

#include "core/paths.h"
#include "server/api_error.h"

namespace lectern::server {
namespace {

// Of the data folder alone: no path, and nothing that the file system reads as one.
bool is_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || (c >= 0 && c < 0x20) || c == 0x7f; });
}

}  // namespace

std::filesystem::path existing_library(const std::string& name) {
  std::error_code ignored;
  if (is_name(name) && std::filesystem::is_regular_file(library_path(name), ignored)) return library_path(name);
  throw ApiError(404, "There is no library \"" + to_valid_utf8(name) + "\": GET /v1/libraries lists them.", "library",
                 "library_not_found");
}

std::shared_ptr<Library> LibraryShelf::open(const std::string& name) {
  try {
    existing_library(name);
  } catch (const ApiError&) {
    const std::lock_guard lock(mutex_);
    opened_.erase(name);  // it was deleted
    throw;
  }
  return open_or_create(name);
}

std::shared_ptr<Library> LibraryShelf::open_or_create(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& library = opened_[name];
  if (!library) library = open_library(library_path(name), embedder_);
  return library;
}

}  // namespace lectern::server
