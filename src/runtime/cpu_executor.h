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
  /// `file` and `pool` must outlive it; an `interactive` one goes before others that want the pool.
  /// Throws Error: kCorrupt, kVersion (a target that this machine lacks), kOutOfMemory.
  CpuExecutor(const formats::EngineFile& file, const StepLimits& capacity, const KvPlan& plan, WorkerPool& pool,
              bool interactive);

  double forward(const StepBatch& batch) override;
  /// As `forward`, and adds to seconds[i] the time that call i of the program took.
  double forward_timed(const StepBatch& batch, std::span<double> seconds);
  std::span<const float> result(int row) const override;

 private:
  StepMemory memory_;
  CpuProgram program_;
  View result_;
  WorkerPool& pool_;
  bool interactive_;
  std::function<void(Team&)> region_;
  std::chrono::steady_clock::time_point began_;  // of the step, on the pool
};

/// The instruction set that the file's kernels and weights are for. Throws Error kVersion where this machine lacks it.
Isa target_of(const formats::EngineFile& file);

}  // namespace lectern::runtime
