// Notices when something changes in folders.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "library/inotify.h"

namespace lectern::library {

/// A thread of its own watches folders with all folders in them, but for hidden ones. Safe to use from any thread.
class FolderWatch {
 public:
  using Folders = std::set<std::string>;  // or single files

  struct Options {
    std::filesystem::path unwatched;  // what changes in that folder itself (not in those below it) is no news
    std::size_t most = 0;             // watches; 0: as many as the kernel gives
  };

  /// `on_change` is called on the thread with those of the watched folders in which something may have changed, once
  /// it has been quiet for a moment, and after they came under watch. It must not throw.
  FolderWatch(Options options, std::function<void(const Folders&)> on_change);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;

  /// These and no others, from soon on. Those that are not there are looked for again.
  void watch(Folders folders);

  /// Whether every change in it will be noticed. Not where it does not exist, and where watches ran out.
  bool is_whole(const std::string& folder) const;
  /// Whether that is because watches ran out.
  bool ran_out() const;

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void take_wanted();
  void add_root(const std::string& root);
  void add_tree(const std::string& folder);
  bool add_watch(const std::string& folder);
  void drop_tree(const std::string& folder);
  void drop(const std::function<bool(const std::string&)>& is_superfluous);
  void handle(const Inotify::Event& event);
  void handle(const Inotify::Event& event, const std::string& folder);
  void note(const std::string& path);
  void note_lack(const std::string& path, int error);
  int patience() const;  // milliseconds until the news may be told; -1: there are none
  void tell();

  const Options options_;
  const std::function<void(const Folders&)> on_change_;
  Inotify inotify_;

  mutable std::mutex mutex_;
  Folders wanted_;
  Folders missing_, lacking_;  // not there; not watched whole
  bool ran_out_ = false;

  // The thread's.
  Folders roots_;
  std::map<int, std::set<std::string>> folders_;  // by watch: a folder may have several paths
  Folders news_;
  Clock::time_point first_news_, last_news_;

  std::jthread thread_;  // last: it uses the others
};

}  // namespace lectern::library
