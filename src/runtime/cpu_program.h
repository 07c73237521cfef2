// An engine file's kernel calls, each bound once to typed arguments.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "core/isa.h"
#include "core/worker_pool.h"
#include "formats/engine_file.h"
#include "kernels/registry.h"
#include "runtime/step_memory.h"

namespace lectern::runtime {

struct BoundCall {
  std::variant<kernels::EmbeddingArgs, kernels::RmsNormArgs, kernels::LayerNormArgs, kernels::LinearArgs,
               kernels::RotaryTableArgs, kernels::RopeArgs, kernels::KvWriteArgs, kernels::AttentionArgs,
               kernels::EncoderAttentionArgs, kernels::GatedActivationArgs, kernels::ActivationArgs, kernels::AddArgs,
               kernels::GatherRowsArgs, kernels::QuantizeArgs, kernels::MeanPoolArgs, kernels::GatedLinearArgs,
               kernels::ActivatedLinearArgs, kernels::QkvLinearArgs>
      args;
  formats::Rows rows = formats::Rows::kTokens;  // what it runs over
  bool idle = false;                            // in this step: it has no rows
};

class CpuProgram {
 public:
  /// Checks every call against what its kernel expects, so that a file whose header is well-formed but makes no sense
  /// is refused. Throws Error kCorrupt. `file` and `memory` must outlive it.
  CpuProgram(const formats::EngineFile& file, Isa isa, const StepMemory& memory);

  /// Sizes the arguments for the step that `memory` holds.
  void prepare();
  /// All calls in order; every worker of a region calls it.
  void run(Team& team) const;
  /// Those from `first` on, until rank 0's `leave` says so between two of them. Gives every worker the number of the
  /// next call: `size()` at the end.
  std::size_t run(Team& team, std::size_t first, const std::function<bool()>& leave) const;
  /// The same, and rank 0 adds to seconds[i] how long call i took it, the wait for the others in it.
  void run(Team& team, std::span<double> seconds) const;
  std::size_t size() const { return calls_.size(); }

 private:
  friend class CpuBinder;

  const StepMemory& memory_;
  const kernels::KernelTable& kernels_;
  std::deque<BoundCall> calls_;                         // a deque: views_ points into it
  std::vector<std::pair<View*, formats::Rows>> views_;  // all views of all calls
};

}  // namespace lectern::runtime
