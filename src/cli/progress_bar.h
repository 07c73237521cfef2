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
  std::map<std::string, Clock::time_point, std::less<>> started_;  // of each stage
  Clock::time_point last_draw_;
};

/// One line of at most `width` columns: stage, bar, count, rate, time left; `seconds` since the stage began.
std::string progress_line(const Progress& progress, double seconds, int width);

/// "1,234,567"
std::string grouped(std::int64_t number);

/// "1 document", "1,234 documents"
std::string counted(std::int64_t number, std::string_view what);

}  // namespace lectern::cli
