#include "library/folder_watch.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "library/walk.h"

namespace lectern::library {
namespace {

constexpr auto kQuiet = std::chrono::milliseconds(200);     // after the last event of a burst
constexpr auto kLongest = std::chrono::milliseconds(1000);  // after its first one

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Links are passed over: what they point to is watched under its own path, or not at all.
std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> out;
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
    if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)) continue;
    std::string path = (folder == "/" ? folder : folder + '/') + entry->d_name;
    if (entry->d_type == DT_DIR || is_folder(path)) out.push_back(std::move(path));
  }
  return out;
}

std::string parent_of(const std::string& path) { return std::filesystem::path(path).parent_path().native(); }

}  // namespace

FolderWatch::FolderWatch(Options options, std::function<void(const Folders&)> on_change)
    : options_(std::move(options)),
      on_change_(std::move(on_change)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

FolderWatch::~FolderWatch() {
  thread_.request_stop();
  inotify_.wake();
}

void FolderWatch::watch(Folders folders) {
  {
    const std::lock_guard lock(mutex_);
    if (folders == wanted_ && missing_.empty()) return;
    wanted_ = std::move(folders);
  }
  inotify_.wake();
}

bool FolderWatch::is_whole(const std::string& folder) const {
  const std::lock_guard lock(mutex_);
  return !missing_.contains(folder) && !lacking_.contains(folder);
}

bool FolderWatch::ran_out() const {
  const std::lock_guard lock(mutex_);
  return ran_out_;
}

void FolderWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    take_wanted();
    for (const auto& event : inotify_.wait(patience())) handle(event);
    if (patience() == 0) tell();
  }
}

void FolderWatch::take_wanted() {
  std::vector<std::string> added, dropped;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::set_difference(wanted_, roots_, std::back_inserter(added));
    std::ranges::set_difference(roots_, wanted_, std::back_inserter(dropped));
    for (const auto& root : missing_) {
      if (wanted_.contains(root) && std::filesystem::exists(root)) added.push_back(root);
    }
    for (const auto& root : dropped) {
      missing_.erase(root);
      lacking_.erase(root);
    }
    roots_ = wanted_;
  }
  if (!dropped.empty()) {
    drop([&](const std::string& path) {
      return std::ranges::none_of(
          roots_, [&](const auto& root) { return is_below(path, root) || parent_of(root) == path; });
    });
  }
  for (const auto& root : added) add_root(root);
}

void FolderWatch::add_root(const std::string& root) {
  {
    const std::lock_guard lock(mutex_);
    missing_.erase(root);
  }
  struct stat status {};
  if (::stat(root.c_str(), &status) != 0) {
    note_lack(root, errno);
  } else if (S_ISDIR(status.st_mode)) {
    add_tree(root);
  } else {
    add_watch(parent_of(root));  // an editor puts another file in its place
  }
  note(root);
}

// The watch comes before the list: what is made meanwhile is in one of them.
void FolderWatch::add_tree(const std::string& folder) {
  std::vector<std::string> waiting = {folder};
  while (!waiting.empty()) {
    const std::string next = std::move(waiting.back());
    waiting.pop_back();
    if (!add_watch(next)) continue;
    for (auto& inner : folders_in(next)) waiting.push_back(std::move(inner));
  }
}

bool FolderWatch::add_watch(const std::string& folder) {
  int watch = -1;
  if (options_.most > 0 && folders_.size() >= options_.most) {
    errno = ENOSPC;
  } else {
    watch = inotify_.add(folder);
  }
  if (watch < 0) {
    note_lack(folder, errno);
    return false;
  }
  folders_[watch].insert(folder);
  return true;
}

// It is gone, or somewhere else by now.
void FolderWatch::drop_tree(const std::string& folder) {
  drop([&](const std::string& path) { return is_below(path, folder); });
}

void FolderWatch::drop(const std::function<bool(const std::string&)>& is_superfluous) {
  for (auto at = folders_.begin(); at != folders_.end();) {
    std::erase_if(at->second, is_superfluous);
    if (at->second.empty()) {
      inotify_.remove(at->first);
      at = folders_.erase(at);
    } else {
      ++at;
    }
  }
}

void FolderWatch::handle(const Inotify::Event& event) {
  if ((event.what & IN_Q_OVERFLOW) != 0) {  // some events are lost: new folders may be among them
    for (const auto& root : Folders(roots_)) add_root(root);
    return;
  }
  if ((event.what & IN_IGNORED) != 0) {
    folders_.erase(event.watch);
    return;
  }
  const auto at = folders_.find(event.watch);
  if (at == folders_.end()) return;
  for (const auto& folder : std::set<std::string>(at->second)) handle(event, folder);
}

void FolderWatch::handle(const Inotify::Event& event, const std::string& folder) {
  if ((event.what & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
    for (const auto& root : roots_) {
      if (root == folder || parent_of(root) == folder) note_lack(root, ENOENT);
    }
    if (roots_.contains(folder)) drop_tree(folder);
    return note(folder);
  }
  if (event.name.empty() || folder == options_.unwatched) return;
  const std::string path = (folder == "/" ? folder : folder + '/') + event.name;
  if (event.name.front() == '.' && !roots_.contains(path)) return;
  if ((event.what & IN_ISDIR) != 0) {
    const bool of_root = std::ranges::any_of(roots_, [&](const auto& root) { return is_below(path, root); });
    if ((event.what & (IN_CREATE | IN_MOVED_TO)) != 0 && of_root) add_tree(path);
    if ((event.what & IN_MOVED_FROM) != 0) drop_tree(path);
  }
  note(path);
}

void FolderWatch::note(const std::string& path) {
  const auto now = Clock::now();
  for (const auto& root : roots_) {
    if (!is_below(path, root)) continue;
    if (news_.empty()) first_news_ = now;
    last_news_ = now;
    news_.insert(root);
  }
}

void FolderWatch::note_lack(const std::string& path, int error) {
  const std::lock_guard lock(mutex_);
  const bool missing = error == ENOENT || error == ENOTDIR;
  if (missing && !roots_.contains(path)) return;  // it was deleted since its folder was listed
  if (!missing && error != EACCES) ran_out_ = true;
  for (const auto& root : roots_) {
    const bool within = is_below(path, root) || parent_of(root) == path;
    if (within) (missing ? missing_ : lacking_).insert(root);
  }
}

int FolderWatch::patience() const {
  if (news_.empty()) return -1;
  const auto until = std::min(last_news_ + kQuiet, first_news_ + kLongest);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

void FolderWatch::tell() { on_change_(std::exchange(news_, {})); }

}  // namespace lectern::library
