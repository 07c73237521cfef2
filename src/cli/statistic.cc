#include "cli/statistic.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

namespace lectern::cli {

Percentiles percentiles(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - static_cast<double>(below));
  };
  return {at(0.5), at(0.9), at(0.99)};
}

namespace {

using Interval = std::pair<double, double>;  // begin, end

// The same times as ascending intervals that do not touch.
std::vector<Interval> merged(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end());
  std::vector<Interval> all;
  for (const auto& [begin, end] : intervals) {
    if (all.empty() || begin > all.back().second) {
      all.emplace_back(begin, end);
    } else {
      all.back().second = std::max(all.back().second, end);
    }
  }
  return all;
}

double length(const std::vector<Interval>& apart) {
  return std::accumulate(apart.begin(), apart.end(), 0.0,
                         [](double sum, const Interval& i) { return sum + i.second - i.first; });
}

double overlap(const std::vector<Interval>& apart, const Interval& interval) {
  double sum = 0;
  auto at = std::lower_bound(apart.begin(), apart.end(), interval.first,
                             [](const Interval& i, double time) { return i.second < time; });
  for (; at != apart.end() && at->first < interval.second; ++at) {
    sum += std::min(at->second, interval.second) - std::max(at->first, interval.first);
  }
  return sum;
}

}  // namespace

double decode_speed(const std::vector<TokenTimes>& requests) {
  std::vector<Interval> waiting, busy;
  for (const auto& request : requests) {
    if (request.tokens.empty()) continue;
    waiting.emplace_back(request.sent, request.tokens.front());
    busy.emplace_back(request.sent, request.tokens.back());
  }
  waiting = merged(std::move(waiting));
  const double seconds = length(merged(std::move(busy))) - length(waiting);
  double tokens = 0;
  for (const auto& request : requests) {
    for (std::size_t i = 1; i < request.tokens.size(); ++i) {
      const Interval interval{request.tokens[i - 1], request.tokens[i]};
      const double all = interval.second - interval.first;
      if (all > 0) tokens += 1 - overlap(waiting, interval) / all;
    }
  }
  return seconds > 0 ? tokens / seconds : 0;
}

std::int64_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream fields(line);
    std::string name;
    std::int64_t kibibytes = 0;
    if (fields >> name >> kibibytes && name == "VmRSS:") return kibibytes * 1024;
  }
  return 0;
}

}  // namespace lectern::cli
