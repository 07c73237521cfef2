// How a step is computed: the seam between the engine and a device.
#pragma once

#include <span>

#include "runtime/step_batch.h"

namespace lectern::runtime {

class Executor {
 public:
  virtual ~Executor() = default;

  /// Runs the engine file's program over `batch`, which keeps within the capacities that the executor was made for.
  /// Returns the seconds that it took, the wait for the device left out.
  virtual double forward(const StepBatch& batch) = 0;

  /// Row `row` of the last step's result: the logits [vocabulary] of an output, or the embedding of a sequence.
  virtual std::span<const float> result(int row) const = 0;
};

}  // namespace lectern::runtime
