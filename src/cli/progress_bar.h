// Progress on a terminal: a bar, the rate, and the time left.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "lectern/progress.h"

namespace lectern::cli {

/// Draws on stderr once a stage has taken a second, and only where that is a terminal. Takes its line away when it
/// goes.
class ProgressBar {
 public:
  explicit ProgressBar(bool shown);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;

  /// Safe to call from any thread.
  void update(const Progress& progress);
  ProgressCallback callback();

 private:
  using Clock = std::chrono::steady_clock;

  std::mutex mutex_;
  bool shown_;
  bool drawn_ = false;
  struct Start {
    Clock::time_point time;
    std::int64_t done = 0;
  };
  std::map<std::string, Start, std::less<>> started_;  // of each stage
  Clock::time_point last_draw_;
};

/// One line of at most `width` columns: stage, bar, count, rate, time left; `seconds` since the stage began, with
/// `before` done already.
std::string progress_line(const Progress& progress, double seconds, int width, std::int64_t before = 0);

/// "1,234,567"
std::string grouped(std::int64_t number);

/// "1 document", "1,234 documents"
std::string counted(std::int64_t number, std::string_view what);

}  // namespace lectern::cli
