#include "cli/statistic.h"

#include <algorithm>
#include <cmath>
#include <fstream>
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

double covered(std::vector<std::pair<double, double>> intervals) {
  std::sort(intervals.begin(), intervals.end());
  double sum = 0, reached = -INFINITY;
  for (const auto& [begin, end] : intervals) {
    if (end <= reached) continue;
    sum += end - std::max(begin, reached);
    reached = end;
  }
  return sum;
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
