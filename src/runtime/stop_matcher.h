// Finds stop strings in text that comes in pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lectern::runtime {

class StopMatcher {
 public:
  explicit StopMatcher(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  /// The text that may be shown now: that before a stop string, or all but an ending that may become one.
  std::string push(std::string_view text);
  /// The rest, when no more text comes.
  std::string finish();
  bool stopped() const { return stopped_; }

 private:
  std::size_t possible_stop() const;  // where in held_ the longest ending begins that may become a stop string

  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace lectern::runtime
