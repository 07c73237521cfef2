#include "library/walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <set>
#include <utility>

#include "library/companions.h"
#include "library/document_types.h"

namespace lectern::library {
namespace {

using Identity = std::pair<dev_t, ino_t>;

std::string_view kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "no regular file";
}

// What a program leaves beside a file while it writes it, or as its older version: ~$ of Microsoft's programs, #…# and
// …~ of editors, unfinished downloads of browsers.
bool is_leftover(std::string_view name) {
  constexpr std::string_view kUnfinished[] = {".part", ".crdownload", ".download", ".partial", ".tmp"};
  if (name.starts_with("~$") || name.ends_with('~')) return true;
  if (name.size() > 1 && name.starts_with('#') && name.ends_with('#')) return true;
  return std::ranges::any_of(kUnfinished, [&](std::string_view end) { return name.ends_with(end); });
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

class Walker {
 public:
  explicit Walker(const std::filesystem::path& library) : library_(absolute_path(library).native()) {}

  Walk walk(std::span<const std::filesystem::path> roots) {
    for (const auto& root : roots) {
      const std::string path = absolute_path(root).native();
      if (auto real = real_path(path); !real.empty()) roots_.push_back(std::move(real));
      visit(path, true);
    }
    drain();
    // Links come last: what they point to may have been found under its own path.
    after_links_ = true;
    while (!links_.empty()) {
      std::sort(links_.begin(), links_.end());
      for (const std::string& link : std::exchange(links_, {})) follow(link);
      drain();
    }
    std::sort(out_.files.begin(), out_.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    const auto same = [](const FoundFile& a, const FoundFile& b) { return a.path == b.path; };
    out_.files.erase(std::unique(out_.files.begin(), out_.files.end(), same), out_.files.end());
    return std::move(out_);
  }

 private:
  // Empty where nothing is there.
  static std::string real_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : std::string();
  }

  void follow(const std::string& link) {
    const std::string real = real_path(link);
    const auto holds = [&](const std::string& root) { return is_below(real, root); };
    if (real.empty() || std::any_of(roots_.begin(), roots_.end(), holds)) return visit(link, true);
    out_.files.push_back({link, document_type(link), 0, 0,
                          "is a link that leads out of the folder: index what it points to under its own name", false});
  }

  void drain() {
    while (!folders_.empty()) {
      const std::string folder = std::move(folders_.front());
      folders_.pop_front();
      list(folder);
    }
  }

  void visit(const std::string& path, bool follow) {
    struct stat status {};
    if ((follow ? ::stat : ::lstat)(path.c_str(), &status) != 0) {
      if (follow || errno != ENOENT) unreachable(path, errno);
      return;  // deleted since its folder was listed
    }
    if (S_ISLNK(status.st_mode)) return links_.push_back(path);
    const Identity identity{status.st_dev, status.st_ino};
    if (S_ISDIR(status.st_mode)) {
      if (seen_folders_.insert(identity).second) folders_.push_back(path);
      return;
    }
    if (!follow && is_leftover(std::string_view(path).substr(path.rfind('/') + 1))) return;
    const bool first = seen_files_.insert(identity).second;
    if (!first && (follow || after_links_)) return;
    FoundFile file{path,
                   document_type(path),
                   status.st_size,
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                   {},
                   false};
    if (!S_ISREG(status.st_mode)) {
      file.failure = "is " + std::string(kind_of(status.st_mode)) + ": only regular files are read";
    } else if (file.type.empty()) {
      file.failure = "is not of a type that Lectern reads (" + known_types() + ")";
    }
    out_.files.push_back(std::move(file));
  }

  void unreachable(const std::string& path, int error) {
    FoundFile file{path, document_type(path), 0, 0, std::string("cannot be reached: ") + std::strerror(error), false};
    if (error == ENOENT) {
      struct stat status {};
      file.missing = ::lstat(path.c_str(), &status) != 0;
      file.failure = file.missing ? "does not exist" : "is a link to a file that does not exist";
    }
    if (error == ELOOP) file.failure = "is a link that leads to itself";
    out_.files.push_back(std::move(file));
  }

  void list(const std::string& folder) {
    const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
    std::vector<std::string> names;
    errno = open ? 0 : errno;
    while (open) {
      errno = 0;
      const dirent* entry = ::readdir(open.get());
      if (entry == nullptr) break;
      if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    if (errno != 0) {
      out_.unread_folders.push_back(folder);
      out_.files.push_back(
          {folder, "", 0, 0, std::string("is a folder that cannot be listed: ") + std::strerror(errno), false});
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      std::string path = folder == "/" ? folder + name : folder + '/' + name;
      if (!is_of_library(path, library_)) visit(path, false);
    }
  }

  std::string library_;
  Walk out_;
  std::deque<std::string> folders_;
  std::vector<std::string> roots_;  // without links
  std::vector<std::string> links_;
  std::set<Identity> seen_folders_, seen_files_;
  bool after_links_ = false;
};

}  // namespace

std::filesystem::path absolute_path(const std::filesystem::path& path) {
  std::filesystem::path out = std::filesystem::absolute(path).lexically_normal();
  return out.has_filename() || out == out.root_path() ? out : out.parent_path();
}

bool is_below(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder == "/" || path[folder.size()] == '/';
}

Walk walk(std::span<const std::filesystem::path> roots, const std::filesystem::path& library) {
  return Walker(library).walk(roots);
}

}  // namespace lectern::library
