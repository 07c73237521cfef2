// What making a grammar may take.
#pragma once

#include <cstddef>

namespace lectern::grammar {

/// Steps of a few nanoseconds each, counted where they may become many without making the grammar larger: a small
/// schema can ask for any number of them.
class Effort {
 public:
  static constexpr std::size_t kMost = 10'000'000;

  /// Whether so many more are still within that.
  bool spend(std::size_t steps) {
    spent_ = steps > kMost - spent_ ? kMost : spent_ + steps;
    return spent_ < kMost;
  }
  std::size_t left() const { return kMost - spent_; }

 private:
  std::size_t spent_ = 0;
};

}  // namespace lectern::grammar
