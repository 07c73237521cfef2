// Runs an engine file's program on the processor's cores.
#pragma once

#include <chrono>
#include <functional>

#include "core/worker_pool.h"
#include "formats/engine_file.h"
#include "runtime/cpu_program.h"
#include "runtime/executor.h"
#include "runtime/step_memory.h"

namespace lectern::runtime {

class CpuExecutor : public Executor {
 public:
  /// `file` and `pool` must outlive it.
  /// Throws Error: kCorrupt, kVersion (a target that this machine lacks), kOutOfMemory.
  CpuExecutor(const formats::EngineFile& file, const StepLimits& capacity, const KvPlan& plan, WorkerPool& pool);

  double forward(const StepBatch& batch) override;
  /// The same for a step that nobody waits for: steps of others go first, between two calls of this one too.
  double forward_in_background(const StepBatch& batch);
  /// As `forward`, and adds to seconds[i] the time that call i of the program took.
  double forward_timed(const StepBatch& batch, std::span<double> seconds);
  std::span<const float> result(int row) const override;

 private:
  void prepare(const StepBatch& batch);
  void run_turn(Team& team);

  StepMemory memory_;
  CpuProgram program_;
  View result_;
  WorkerPool& pool_;
  std::function<void(Team&)> step_, turn_;       // a whole step; what a step in the background has of the pool at once
  std::size_t next_call_ = 0;                    // of a step in the background
  std::chrono::steady_clock::time_point began_;  // on the pool
};

/// The instruction set that the file's kernels and weights are for. Throws Error kVersion where this machine lacks it.
Isa target_of(const formats::EngineFile& file);

}  // namespace lectern::runtime
