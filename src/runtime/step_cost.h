// What a step of several rows costs, learned from the steps that are run.
#pragma once

#include <array>

namespace lectern::runtime {

/// A small step reads all weights, whatever its rows: what a further row adds depends on the model, the machine and the
/// heights of tile that its kernels have. So each number of rows is measured; one that was not yet is taken to be like
/// its neighbour.
class StepCost {
 public:
  /// Larger steps tell nothing about small ones, and are not counted.
  static constexpr int kMostRows = 16;

  StepCost();

  void record(int rows, double seconds);
  /// Of a step of `rows`, in steps of one.
  double of(int rows) const;

 private:
  struct Average {
    double value = 0;
    int count = 0;

    void add(double next);
  };
  using Rows = std::array<double, kMostRows + 1>;

  void estimate();

  Average first_;                                // seconds of a step of one row
  std::array<Average, kMostRows + 1> measured_;  // of each number of rows, in steps of one
  Rows estimate_{};
};

}  // namespace lectern::runtime
