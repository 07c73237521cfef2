// Keeps the libraries in step with their folders while the server answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "library/folder_watch.h"
#include "server/indexing_progress.h"
#include "server/library_shelf.h"

namespace lectern::server {

/// One thread reads, one library after the other; it is told by the kernel what changes, and looks again from time to
/// time. Safe to use from any thread.
class LibraryKeeper {
 public:
  /// `shelf` must outlive it. `most_watches`: 0 is as many as the kernel gives.
  LibraryKeeper(LibraryShelf& shelf, std::size_t most_watches);
  /// Stops what is under way: what was read so far stays.
  ~LibraryKeeper();
  LibraryKeeper(const LibraryKeeper&) = delete;

  /// Reads what changed in its folders, as soon as it is its turn, and whatever changes in them from now on.
  void read(const std::string& library);
  /// The same, unless it does already.
  void keep(const std::string& library);
  /// Ends what is under way or waits: nothing more is read into it until somebody asks. Does nothing to one that is
  /// idle.
  void cancel(const std::string& library);
  /// Runs `edit` while nothing is read into that library. What was under way goes on afterwards.
  void pause(const std::string& library, const std::function<void()>& edit);
  /// It was deleted.
  void forget(const std::string& library);

  /// As IndexingProgress tells it; null when there is nothing to read.
  nlohmann::ordered_json json(const std::string& library) const;
  /// Whether it waits until somebody asks.
  bool is_held(const std::string& library) const;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Reason { kLook, kChanged, kAsked };  // whether something changed; something did; a person wants it
  // Whole, but for files that are being written; another process writes to the library; something else is urgent.
  enum class End { kDone, kUnsettled, kBusy, kPaused };
  struct Work {
    bool kept = false;
    bool held = false;  // somebody stopped it
    std::optional<Reason> wanted, under_way;
    int paused = 0;                     // by so many edits
    Clock::time_point not_before = {};  // another process held the library, or it was looked at just now
    Clock::time_point look_again = Clock::time_point::max();
    std::stop_source stop;  // of what is under way
    IndexingProgress progress;
    std::vector<std::string> folders;  // on this machine's disks, when it was read last
    std::set<std::string> failures;    // already logged
  };

  void run(const std::stop_token& stop);
  void note_changes(const std::set<std::string>& folders);
  // With the lock, these:
  void enqueue(const std::string& library, Reason reason);
  void enqueue_due();
  Work* next(std::string& library, Clock::time_point& wake);
  void do_work(const std::string& library, Work& work, std::unique_lock<std::mutex>& lock);
  void end_work(const std::string& library, Work& work, Clock::duration taken, End end);
  void watch_folders();
  // Without it:
  End index(const std::string& library, Work& work, const std::stop_token& stop);
  bool is_urgent(Clock::time_point begin) const;
  void log_report(const std::string& library, Work& work, const IndexReport& report) const;

  LibraryShelf& shelf_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Work> works_;  // never shrinks: the thread holds one of them
  std::deque<std::string> queue_;      // those that are wanted, in their order
  bool stopping_ = false;
  bool told_of_watches_ = false;
  std::unique_ptr<library::FolderWatch> watch_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace lectern::server
