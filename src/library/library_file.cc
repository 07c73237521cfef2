// Which libraries there are and what they hold.
#include "lectern/library_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/paths.h"
#include "lectern/error.h"
#include "library/chunker.h"
#include "library/companions.h"
#include "library/document.h"
#include "library/document_row.h"
#include "library/existing.h"
#include "library/migration.h"
#include "library/store.h"
#include "library/writer_lock.h"
#include "library/youtube/address.h"

namespace lectern {
namespace library {
namespace {

constexpr std::string_view kEnding = ".db";

std::int64_t count(Database& database, const char* sql) {
  Statement statement(database, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::int64_t size_on_disk(const std::filesystem::path& file) {
  auto files = companions(file);
  files.push_back(file);
  std::int64_t bytes = 0;
  for (const auto& one : files) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(one, failed);
    if (!failed) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

std::string name_of(const std::filesystem::path& file) {
  const bool named = file.parent_path() == data_directory() && file.extension() == kEnding;
  return named ? file.stem().native() : file.native();
}

LibrarySummary summary_of(Database& database) {
  LibrarySummary out;
  out.file = database.file();
  out.name = name_of(out.file);
  out.bytes = size_on_disk(out.file);
  check_is_library(database);
  out.documents = count(database, "SELECT count(*) FROM documents WHERE failure IS NULL");
  out.failed = count(database, "SELECT count(*) FROM documents WHERE failure IS NOT NULL AND type <> 'excluded'");
  out.chunks = count(database, "SELECT count(*) FROM chunks");
  Statement folders(database, "SELECT path FROM folders ORDER BY path");
  while (folders.step()) out.folders.emplace_back(folders.blob(0));
  return out;
}

// The library is what it was made from as long as this says so.
void compare_with_disk(LibraryDocument& document) {
  struct stat status {};
  if (!document.file.starts_with('/')) return;
  if (::stat(document.file.c_str(), &status) != 0) {
    document.state = "gone";
    document.reason = errno == ENOENT || errno == ENOTDIR ? "is not there any more"
                                                          : std::string("cannot be reached: ") + std::strerror(errno);
    return;
  }
  const std::int64_t modified = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  if (status.st_size == document.size && modified == document.modified_ns) return;
  document.state = "changed";
  document.reason = "was changed since it was read";
}

void set_state(LibraryDocument& document, const DocumentRow& row) {
  document.state = "current";
  if (!row.failure.empty()) {
    document.state = document.type == kExcludedType ? "excluded" : "failed";
    document.reason = row.failure;
    return;
  }
  if (document.content_hash.empty() && document.modified_ns == 0 && document.file.starts_with('/')) {
    document.state = "changed";
    document.reason = "is to be read again";
    return;
  }
  compare_with_disk(document);
  if (document.state != "current") return;
  if (document.content_hash.empty()) {
    document.state = "changed";
    document.reason = "is damaged in the library";
  } else if ((row.extractor != kExtractorVersion && !is_video_url(document.file)) || row.chunker != kChunkerVersion) {
    document.state = "outdated";
    document.reason = "was read by another version of Lectern";
  }
}

// Whether SQLite's header or the place says that Lectern may delete it.
bool may_be_removed(const std::filesystem::path& file) {
  if (file.parent_path() == data_directory()) return true;
  std::array<char, 72> header{};
  std::ifstream(file, std::ios::binary).read(header.data(), header.size());
  std::int64_t application = 0;
  for (const std::size_t i : {68u, 69u, 70u, 71u})
    application = application << 8 | static_cast<unsigned char>(header[i]);
  return application == kApplicationId || std::filesystem::file_size(file) == 0;
}

}  // namespace
}  // namespace library

std::vector<LibrarySummary> list_libraries() {
  std::vector<LibrarySummary> out;
  for (const auto& entry : std::filesystem::directory_iterator(data_directory())) {
    const std::filesystem::path& file = entry.path();
    std::error_code ignored;
    if (file.extension() != library::kEnding || !entry.is_regular_file(ignored)) continue;
    try {
      Database database(file, Database::Mode::kExisting);
      out.push_back(library::summary_of(database));
    } catch (const Error& error) {
      LibrarySummary damaged;
      damaged.name = library::name_of(file);
      damaged.file = file;
      damaged.bytes = library::size_on_disk(file);
      damaged.problem = error.what();
      out.push_back(std::move(damaged));
    }
  }
  std::ranges::sort(out, {}, &LibrarySummary::name);
  return out;
}

LibrarySummary summarize_library(const std::filesystem::path& file) {
  library::check_exists(file);
  Database database(file, Database::Mode::kExisting);
  const Transaction snapshot(database, Transaction::Kind::kRead);
  return library::summary_of(database);
}

LibraryDetails describe_library(const std::filesystem::path& file) {
  library::check_exists(file);
  Database database(file, Database::Mode::kExisting);
  const Transaction snapshot(database, Transaction::Kind::kRead);
  LibraryDetails out;
  out.summary = library::summary_of(database);
  out.version = static_cast<int>(database.pragma("user_version"));
  Statement models(database,
                   "SELECT DISTINCT embedding_model FROM recipes WHERE id IN (SELECT recipe FROM documents "
                   "WHERE failure IS NULL) ORDER BY 1");
  while (models.step()) out.embedding_models.emplace_back(models.text(0));
  library::DocumentRows rows(database);
  while (auto row = rows.next()) {
    library::set_state(row->document, *row);
    out.documents.push_back(std::move(row->document));
  }
  return out;
}

void remove_library(const std::filesystem::path& file) {
  library::check_exists(file);
  if (!library::may_be_removed(file)) {
    throw Error(ErrorCode::kInvalidArgument, quoted(file) + " is no library: delete it yourself if you mean it.");
  }
  const library::WriterLock lock(file);
  auto files = library::companions(file);
  files.insert(files.begin(), file);  // what is beside it means nothing without it
  for (const auto& one : files) {
    if (::unlink(one.c_str()) != 0 && errno != ENOENT) {
      throw Error(ErrorCode::kIo, quoted(one) + " cannot be deleted: " + std::strerror(errno) + ".");
    }
  }
}

}  // namespace lectern
