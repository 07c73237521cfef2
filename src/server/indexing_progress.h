// How far the reading of one library is.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lectern/progress.h"

namespace lectern::server {

/// Not synchronized.
class IndexingProgress {
 public:
  void update(const Progress& progress);
  /// Whether it found anything to read.
  bool any() const { return documents_.total > 0; }

  /// {"stage","unit","done","total","file","per_second","seconds_left","documents_read","documents_total"}: documents
  /// until something is embedded, then word pieces, whose total is estimated from the documents read so far.
  nlohmann::ordered_json json() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Count {
    std::int64_t done = 0, total = 0;
    Clock::time_point since = {};  // of the first report,
    std::int64_t before = 0;       // when that was done: perhaps by an earlier run
  };

  Count documents_, pieces_;
  std::string stage_ = "list", file_;
};

/// The same of a library that waits for another one's turn.
nlohmann::ordered_json queued_json();

}  // namespace lectern::server
