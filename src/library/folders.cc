// Folders that a library is kept in step with: noted and let go.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"
#include "lectern/library_file.h"
#include "library/existing.h"
#include "library/store.h"
#include "library/walk.h"
#include "library/writer_lock.h"
#include "library/youtube/address.h"

namespace lectern {
namespace library {
namespace {

// What the kernel shows there is no document, and some of it never ends.
constexpr const char* kSystemFolders[] = {"/proc", "/sys", "/dev"};

[[noreturn]] void refuse(ErrorCode code, const std::filesystem::path& folder, const std::string& why) {
  throw Error(code, quoted(folder) + " " + why);
}

std::string checked_path(const std::filesystem::path& folder) {
  if (!folder.is_absolute()) {
    refuse(ErrorCode::kInvalidArgument, folder, "is no whole path: write it from the root on, as /home/me/papers.");
  }
  std::string path = absolute_path(folder).native();
  const bool system =
      path == "/" || std::ranges::any_of(kSystemFolders, [&](const char* one) { return is_below(path, one); });
  if (system) refuse(ErrorCode::kInvalidArgument, path, "is the system's own: name a folder of documents.");
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ELOOP;
    refuse(missing ? ErrorCode::kNotFound : ErrorCode::kIo, path,
           missing ? "does not exist: check how it is spelt."
                   : std::string("cannot be reached: ") + std::strerror(errno) + ".");
  }
  if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) {
    refuse(ErrorCode::kInvalidArgument, path, "is neither a folder nor a file: name one that holds documents.");
  }
  return path;
}

std::string folder_name(const std::filesystem::path& folder) {
  if (is_address(folder.native())) return parse_address(folder.native()).url();
  return folder.is_absolute() ? absolute_path(folder).native() : folder.native();
}

std::set<std::string> blobs(Database& database, const char* sql, std::string_view parameter) {
  Statement rows(database, sql);
  rows.bind_blob(0, parameter);
  std::set<std::string> out;
  while (rows.step()) out.emplace(rows.blob(0));
  return out;
}

// Of the documents that one folder or playlist brought, those that nothing else holds.
class Leaving {
 public:
  /// While `folder` is still the library's.
  Leaving(Store& store, std::string folder)
      : folder_(std::move(folder)),
        videos_(blobs(store.database(), "SELECT video FROM playlist_videos WHERE playlist = ?", folder_)),
        kept_videos_(blobs(store.database(), "SELECT video FROM playlist_videos WHERE playlist <> ?", folder_)),
        others_(store.folders()) {
    std::erase(others_, folder_);
  }

  bool contains(const std::string& document) const {
    if (!is_below(document, folder_) && !videos_.contains(document)) return false;
    return !kept_videos_.contains(document) &&
           std::ranges::none_of(others_, [&](const auto& other) { return is_below(document, other); });
  }

 private:
  std::string folder_;
  std::set<std::string> videos_, kept_videos_;
  std::vector<std::string> others_;
};

}  // namespace
}  // namespace library

std::string add_folder(const std::filesystem::path& file, const std::filesystem::path& folder) {
  library::check_exists(file);
  const bool address = library::is_address(folder.native());
  std::string name = address ? library::folder_name(folder) : library::checked_path(folder);
  library::Store store(file);
  Transaction transaction(store.database(), Transaction::Kind::kWrite);
  store.put_folder(name);
  transaction.commit();
  return name;
}

std::int64_t remove_folder(const std::filesystem::path& file, const std::filesystem::path& folder) {
  library::check_exists(file);
  const library::WriterLock lock(file);
  library::Store store(file);
  Transaction transaction(store.database(), Transaction::Kind::kWrite);
  const std::string name = library::folder_name(folder);
  const library::Leaving leaving(store, name);
  if (!store.remove_folder(name)) {
    library::refuse(ErrorCode::kNotFound, folder, "is no folder of this library: `lectern library show` lists those.");
  }
  std::int64_t removed = 0;
  for (const auto& document : store.documents()) {
    if (!leaving.contains(document.path)) continue;
    store.remove(document.id);
    if (!document.failed()) ++removed;
  }
  transaction.commit();
  return removed;
}

}  // namespace lectern
