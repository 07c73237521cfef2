#include "runtime/step_cost.h"

#include <algorithm>

namespace lectern::runtime {
namespace {

// What a step of `rows` costs before any was measured: more and more for each row, until arithmetic is all of it. It
// counts as one measurement.
double prior(int rows) {
  const int more = rows - 1;
  return 1 + 0.1 * more + 0.01 * more * more;
}

constexpr double kWeight = 0.1;  // of the newest step in an average of many
// What a row may cost at most: a guess that is nearly sure is still checked then, so that a machine which was disturbed
// is found to be calm again.
constexpr double kDearest = 0.8;

std::size_t at(int rows) { return static_cast<std::size_t>(rows); }

}  // namespace

void StepCost::Average::add(double next) {
  ++count;
  value += std::max(kWeight, 1.0 / count) * (next - value);
}

StepCost::StepCost() {
  for (int rows = 2; rows <= kMostRows; ++rows) measured_[at(rows)] = {prior(rows), 1};
  estimate();
}

void StepCost::record(int rows, double seconds) {
  if (rows < 1 || rows > kMostRows || seconds <= 0) return;
  if (rows == 1) return first_.add(seconds);
  if (first_.count == 0) return;
  measured_[at(rows)].add(std::clamp(seconds / first_.value, 1.0, 1 + kDearest * (rows - 1)));
  estimate();
}

void StepCost::estimate() {
  double scale = 1;  // of the prior's further rows, by the nearest smaller number of rows that was measured
  const auto update = [&](int rows) {
    const Average& measured = measured_[at(rows)];
    if (measured.count > 1) scale = (measured.value - 1) / (prior(rows) - 1);
  };
  for (int rows = kMostRows; rows >= 2; --rows) update(rows);  // or by the smallest that was
  estimate_[0] = estimate_[1] = 1;
  for (int rows = 2; rows <= kMostRows; ++rows) {
    update(rows);
    estimate_[at(rows)] = 1 + scale * (prior(rows) - 1);
  }
  // No step costs more than a larger one: what was measured in a bad moment does not stand for ever.
  for (int rows = kMostRows - 1; rows >= 2; --rows) {
    estimate_[at(rows)] = std::min(estimate_[at(rows)], estimate_[at(rows + 1)]);
  }
}

double StepCost::of(int rows) const {
  if (rows <= kMostRows) return estimate_[at(std::max(rows, 1))];
  const double most = estimate_[kMostRows];
  return most + (most - 1) / (kMostRows - 1) * (rows - kMostRows);
}

}  // namespace lectern::runtime
