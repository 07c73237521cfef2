// Keeps the libraries in step with their folders while the server answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <thread>

#include "server/indexing_progress.h"
#include "server/library_shelf.h"

namespace lectern::server {

/// One thread reads, one library after the other. Safe to use from any thread.
class LibraryKeeper {
 public:
  /// `shelf` must outlive it.
  explicit LibraryKeeper(LibraryShelf& shelf);
  /// Stops what is under way: what was read so far stays.
  ~LibraryKeeper();
  LibraryKeeper(const LibraryKeeper&) = delete;

  /// Reads what changed in its folders, as soon as it is its turn.
  void read(const std::string& library);
  /// Ends what is under way and forgets what waits.
  void cancel(const std::string& library);
  /// Runs `edit` while nothing is read into that library. What was under way goes on afterwards.
  void pause(const std::string& library, const std::function<void()>& edit);

  /// As IndexingProgress tells it; null when there is nothing to read.
  nlohmann::ordered_json json(const std::string& library) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Work {
    bool wanted = false, under_way = false;
    int paused = 0;                     // by so many edits
    Clock::time_point not_before = {};  // another process held the library
    std::stop_source stop;              // of what is under way
    IndexingProgress progress;
  };

  void run(const std::stop_token& stop);
  void enqueue(const std::string& library);  // with the lock, like the next
  Work* next(std::string& library, Clock::time_point& wake);
  void do_work(const std::string& library, Work& work, std::unique_lock<std::mutex>& lock);
  void index(const std::string& library, Work& work, const std::stop_token& stop);

  LibraryShelf& shelf_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Work> works_;  // never shrinks: the thread holds one of them
  std::deque<std::string> queue_;      // those that are wanted, in their order
  bool stopping_ = false;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace lectern::server
