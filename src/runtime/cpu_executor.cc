#include "runtime/cpu_executor.h"

#include <string>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::runtime {

Isa target_of(const formats::EngineFile& file) {
  const auto isa = isa_from_name(file.header().target);
  if (isa && machine_has(*isa)) return *isa;
  throw Error(ErrorCode::kVersion, quoted(file.path()) + " is made for " + to_valid_utf8(file.header().target) +
                                       ", which this machine lacks. Compile the checkpoint on this machine.");
}

CpuExecutor::CpuExecutor(const formats::EngineFile& file, const StepLimits& capacity, const KvPlan& plan,
                         WorkerPool& pool, bool interactive)
    : memory_(file.header(), capacity, plan),
      program_(file, target_of(file), memory_),
      result_(memory_.buffer(file.header().result)),
      pool_(pool),
      interactive_(interactive),
      region_([this](Team& team) {
        if (team.rank() == 0) began_ = std::chrono::steady_clock::now();
        program_.run(team);
      }) {}

double CpuExecutor::forward(const StepBatch& batch) {
  memory_.load(batch);
  program_.prepare();
  pool_.run(region_, interactive_);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

double CpuExecutor::forward_timed(const StepBatch& batch, std::span<double> seconds) {
  memory_.load(batch);
  program_.prepare();
  const auto began = std::chrono::steady_clock::now();
  pool_.run([&](Team& team) { program_.run(team, seconds); }, interactive_);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

std::span<const float> CpuExecutor::result(int row) const {
  return {result_.row<const float>(row), static_cast<std::size_t>(result_.columns)};
}

}  // namespace lectern::runtime
