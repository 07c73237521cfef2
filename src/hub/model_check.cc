#include "hub/model_check.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "formats/checkpoint.h"
#include "lectern/error.h"

namespace lectern::hub {
namespace {

namespace fs = std::filesystem;

std::string stamp_of_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "gone";
  return fmt::format("{} {} {} {}.{}", status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

// Another one once the checkpoint has changed.
std::string stamp_of(const fs::path& model) {
  std::vector<std::string> stamps = {stamp_of_file(model)};
  std::error_code ignored;
  if (fs::is_directory(model, ignored)) {
    for (fs::directory_iterator entry(model, ignored), end; !ignored && entry != end; entry.increment(ignored))
      stamps.push_back(entry->path().filename().native() + " " + stamp_of_file(entry->path()));
  }
  std::sort(stamps.begin(), stamps.end());
  return fmt::format("{}", fmt::join(stamps, "\n"));
}

std::string look(const fs::path& model) {
  try {
    formats::open_checkpoint(model);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

std::string problem_of(const fs::path& model) {
  struct Known {
    std::string stamp, problem;
  };
  static std::mutex mutex;
  static std::map<fs::path, Known> known;
  const auto stamp = stamp_of(model);
  const std::lock_guard lock(mutex);
  Known& one = known[model];
  if (one.stamp != stamp) one = {stamp, look(model)};
  return one.problem;
}

}  // namespace lectern::hub
