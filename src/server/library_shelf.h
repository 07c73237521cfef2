// The libraries that requests name, opened when they are first asked for.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "lectern/library.h"

namespace lectern::server {

/// Safe to use from any thread.
class LibraryShelf {
 public:
  /// `embedder` must outlive it.
  explicit LibraryShelf(Engine& embedder) : embedder_(embedder) {}

  /// Throws ApiError 404 where there is none of that name, and Error as `open_library` does.
  std::shared_ptr<Library> open(const std::string& name);

  /// The same; where there is none, it is made.
  std::shared_ptr<Library> open_or_create(const std::string& name);

  /// Makes an empty one. Throws ApiError: 400 (no name for a library), 409 (there is one).
  void create(const std::string& name);

  /// Deletes it with the files beside it. Throws ApiError 404, and Error as `remove_library` does.
  void remove(const std::string& name);

 private:
  struct Opened {
    std::shared_ptr<Library> library;
    std::pair<dev_t, ino_t> file;  // the command may have put another one in its place
  };

  std::shared_ptr<Library> open_file(const std::string& name);  // with the lock

  Engine& embedder_;
  std::mutex mutex_;
  std::map<std::string, Opened> opened_;
};

/// Where a library of that name is, and that it is there. Throws ApiError 404.
std::filesystem::path existing_library(const std::string& name);

}  // namespace lectern::server
