#include "server/library_shelf.h"

#include <sys/stat.h>

#include <algorithm>

#include "core/letters.h"
#include "core/paths.h"
#include "lectern/library_file.h"
#include "server/api_error.h"

namespace lectern::server {
namespace {

// Of the data folder alone: no path, and nothing that the file system reads as one.
bool is_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || (c >= 0 && c < 0x20) || c == 0x7f; });
}

// Others may be there, made by the command; new ones are easy to see and to type.
bool is_new_name(const std::string& name) {
  constexpr std::size_t kLongest = 60;  // characters; the file system takes 255 bytes with what is added
  return is_name(name) && count_characters(name) <= kLongest && name.front() != '.' && name.front() != ' ' &&
         name.back() != ' ' && !name.ends_with(".db") && to_valid_utf8(name) == name;
}

// Zeros where there is none.
std::pair<dev_t, ino_t> identity_of(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? std::pair(status.st_dev, status.st_ino) : std::pair<dev_t, ino_t>();
}

}  // namespace

std::filesystem::path existing_library(const std::string& name) {
  std::error_code ignored;
  if (is_name(name) && std::filesystem::is_regular_file(library_path(name), ignored)) return library_path(name);
  throw ApiError(404, "There is no library \"" + to_valid_utf8(name) + "\": GET /v1/libraries lists them.", "library",
                 "library_not_found");
}

std::shared_ptr<Library> LibraryShelf::open(const std::string& name) {
  const std::lock_guard lock(mutex_);
  try {
    existing_library(name);
  } catch (const ApiError&) {
    opened_.erase(name);  // it was deleted
    throw;
  }
  return open_file(name);
}

std::shared_ptr<Library> LibraryShelf::open_or_create(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return open_file(name);
}

void LibraryShelf::create(const std::string& name) {
  if (!is_new_name(name)) {
    throw ApiError(400,
                   "\"" + to_valid_utf8(name) +
                       "\" is no name for a library: use up to 60 letters, digits, spaces and signs, without \"/\", "
                       "not beginning with a dot or a space and not ending in .db.",
                   "name");
  }
  const std::lock_guard lock(mutex_);
  std::error_code failed;
  if (std::filesystem::exists(std::filesystem::symlink_status(library_path(name), failed))) {
    throw ApiError(409, "There is a library \"" + name + "\" already: choose another name.", "name", "library_exists");
  }
  opened_.erase(name);
  open_file(name);
}

void LibraryShelf::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  remove_library(existing_library(name));
  opened_.erase(name);
}

std::shared_ptr<Library> LibraryShelf::open_file(const std::string& name) {
  const auto path = library_path(name);
  const auto at = opened_.find(name);
  if (at != opened_.end() && at->second.file == identity_of(path)) return at->second.library;
  opened_.erase(name);
  std::shared_ptr<Library> library = open_library(path, embedder_);
  opened_[name] = Opened{library, identity_of(path)};
  return library;
}

}  // namespace lectern::server
