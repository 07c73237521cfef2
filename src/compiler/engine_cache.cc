#include "compiler/engine_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/hash.h"
#include "core/paths.h"
#include "formats/engine_file.h"
#include "lectern/error.h"

namespace lectern::compiler {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashDigits = 64;
constexpr const char* kElsewhere =
    "To keep compiled models elsewhere, set XDG_CACHE_HOME to a folder that can be written.";

// Empty where it is none.
std::string remembered_hash(const fs::path& memo) {
  std::string content;
  std::ifstream in(memo);
  return in >> content && content.size() == kHashDigits ? content : std::string();
}

std::string describe_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw Error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                quoted(path) + " cannot be read: " + std::strerror(errno) + ".");
  }
  return fmt::format("{} {} {} {}.{}\n", status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

// Those of a folder and of the folders in it (1_Pooling), in order.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry.depth() > 0) entry.disable_recursion_pending();
    std::error_code gone;
    if (entry->is_regular_file(gone)) files.push_back(entry->path());
  }
  if (error) throw Error(ErrorCode::kIo, quoted(folder) + " cannot be listed: " + error.message() + ".");
  std::sort(files.begin(), files.end());
  return files;
}

bool is_intact(const fs::path& engine) {
  std::error_code ignored;
  if (!fs::is_regular_file(engine, ignored)) return false;
  try {
    formats::EngineFile file(engine);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Where that cannot be, as in a cache that is only read, it is found out again the next time.
void remember(const fs::path& memo, const std::string& content) {
  try {
    write_atomically(memo, [&](int descriptor) {
      if (::write(descriptor, content.data(), content.size()) != static_cast<ssize_t>(content.size()))
        throw Error(ErrorCode::kIo, "It cannot be written.");
    });
  } catch (const Error&) {
  }
}

}  // namespace

std::string fingerprint(const fs::path& checkpoint) {
  std::error_code error;
  const bool of_folder = checkpoint.extension() == ".safetensors" || checkpoint.extension() == ".json";
  const fs::path folder = of_folder ? fs::absolute(checkpoint).parent_path() : checkpoint;
  std::vector<fs::path> files;
  if (fs::is_directory(folder, error)) {
    files = files_below(folder);
  } else {
    files.push_back(checkpoint);
  }
  std::string description = of_folder ? checkpoint.filename().native() + "\n" : "";
  for (const fs::path& file : files) description += file.filename().native() + " " + describe_file(file);
  return sha256(std::as_bytes(std::span(description)));
}

EngineCache::EngineCache(fs::path folder, std::uint64_t kept_bytes)
    : engines_(folder / "engines"), checkpoints_(folder / "checkpoints"), kept_bytes_(kept_bytes) {
  std::error_code error;
  fs::create_directories(engines_, error);
  if (!error) fs::create_directories(checkpoints_, error);
  if (error) {
    throw Error(ErrorCode::kIo,
                "The cache " + quoted(folder) + " cannot be made: " + error.message() + ". " + kElsewhere);
  }
}

std::string EngineCache::content_hash(const fs::path& checkpoint, const std::function<std::string()>& hash) const {
  const std::string before = fingerprint(checkpoint);
  const fs::path memo = checkpoints_ / before;
  std::string content = remembered_hash(memo);
  if (!content.empty()) return content;
  content = hash();
  if (fingerprint(checkpoint) != before) return content;  // it changes under our hands: remember nothing
  remember(memo, content);
  return content;
}

fs::path EngineCache::find_or_make(const std::string& key, const std::function<void(const fs::path&)>& make) const {
  const fs::path engine = engines_ / (key + ".lectern");
  std::error_code ignored;
  if (is_intact(engine)) {
    fs::last_write_time(engine, fs::file_time_type::clock::now(), ignored);
    return engine;
  }
  try {
    make(engine);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kIo) throw;
    throw Error(ErrorCode::kIo, std::string(error.what()) + " " + kElsewhere);
  }
  prune(engine);
  return engine;
}

void EngineCache::forget(const fs::path& checkpoint) const {
  const fs::path memo = checkpoints_ / fingerprint(checkpoint);
  const std::string content = remembered_hash(memo);
  std::error_code failed;
  fs::remove(memo, failed);
  if (content.empty() || remembers(content)) return;
  for (fs::directory_iterator entry(engines_, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (!entry->path().filename().native().starts_with(content + "-")) continue;
    if (!fs::remove(entry->path(), failed) && failed) break;
  }
  if (failed)
    throw Error(ErrorCode::kIo, "The cache " + quoted(engines_) + " cannot be cleared: " + failed.message() + ".");
}

bool EngineCache::remembers(const std::string& content) const {
  std::error_code ignored;
  for (fs::directory_iterator entry(checkpoints_, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (remembered_hash(entry->path()) == content) return true;
  }
  return false;
}

// The engines asked for longest ago go while there are more bytes than are kept. Whoever has one mapped keeps it: only
// its name goes. What a killed compilation left behind goes after a day.
void EngineCache::prune(const fs::path& newest) const {
  struct Entry {
    fs::path path;
    fs::file_time_type asked;
    std::uint64_t bytes;
  };
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  std::error_code error;
  for (fs::directory_iterator entry(engines_, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const Entry found{entry->path(), entry->last_write_time(gone), entry->file_size(gone)};
    if (gone) continue;
    if (found.path.extension() == ".lectern") {
      total += found.bytes;
      entries.push_back(found);
    } else if (fs::file_time_type::clock::now() - found.asked > std::chrono::hours(24)) {
      fs::remove(found.path, gone);
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.asked < b.asked; });
  for (const Entry& entry : entries) {
    if (total <= kept_bytes_) break;
    if (entry.path == newest || !fs::remove(entry.path, error)) continue;
    total -= entry.bytes;
  }
}

}  // namespace lectern::compiler
