#include "runtime/stop_matcher.h"

#include <algorithm>
#include <utility>

namespace lectern::runtime {

std::string StopMatcher::push(std::string_view text) {
  if (stopped_) return {};
  held_ += text;
  std::size_t match = std::string::npos;
  for (const auto& stop : stops_) match = std::min(match, held_.find(stop));
  stopped_ = match != std::string::npos;
  const std::size_t shown = stopped_ ? match : possible_stop();
  std::string out = held_.substr(0, shown);
  held_.erase(0, shown);
  if (stopped_) held_.clear();
  return out;
}

std::string StopMatcher::finish() { return std::exchange(held_, {}); }

std::size_t StopMatcher::possible_stop() const {
  std::size_t longest = 0;
  for (const auto& stop : stops_) {
    for (std::size_t n = std::min(stop.size() - 1, held_.size()); n > longest; --n) {
      if (held_.ends_with(std::string_view(stop).substr(0, n))) longest = n;
    }
  }
  return held_.size() - longest;
}

}  // namespace lectern::runtime
