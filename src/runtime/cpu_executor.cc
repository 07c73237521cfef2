#include "runtime/cpu_executor.h"

#include <string>

#include "core/clock.h"
#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::runtime {
namespace {

using Clock = std::chrono::steady_clock;

// Seconds that a step in the background has of the pool though others wait, so that it goes on while they answer.
constexpr double kBackgroundTurn = 0.002;

}  // namespace

Isa target_of(const formats::EngineFile& file) {
  const auto isa = isa_from_name(file.header().target);
  if (isa && machine_has(*isa)) return *isa;
  throw Error(ErrorCode::kVersion, quoted(file.path()) + " is made for " + to_valid_utf8(file.header().target) +
                                       ", which this machine lacks. Compile the checkpoint on this machine.");
}

CpuExecutor::CpuExecutor(const formats::EngineFile& file, const StepLimits& capacity, const KvPlan& plan,
                         WorkerPool& pool)
    : memory_(file.header(), capacity, plan),
      program_(file, target_of(file), memory_),
      result_(memory_.buffer(file.header().result)),
      pool_(pool),
      step_([this](Team& team) {
        if (team.rank() == 0) began_ = Clock::now();
        program_.run(team);
      }),
      turn_([this](Team& team) { run_turn(team); }) {}

double CpuExecutor::forward(const StepBatch& batch) {
  prepare(batch);
  pool_.run(step_);
  return seconds_since(began_);
}

double CpuExecutor::forward_in_background(const StepBatch& batch) {
  prepare(batch);
  double seconds = 0;
  for (next_call_ = 0; next_call_ < program_.size();) {
    pool_.run(turn_, false);
    seconds += seconds_since(began_);
  }
  return seconds;
}

void CpuExecutor::run_turn(Team& team) {
  if (team.rank() == 0) began_ = Clock::now();
  const auto leave = [this] { return pool_.is_wanted() && seconds_since(began_) > kBackgroundTurn; };
  const std::size_t next = program_.run(team, next_call_, leave);
  team.barrier();  // all have read next_call_
  if (team.rank() == 0) next_call_ = next;
}

void CpuExecutor::prepare(const StepBatch& batch) {
  memory_.load(batch);
  program_.prepare();
}

double CpuExecutor::forward_timed(const StepBatch& batch, std::span<double> seconds) {
  prepare(batch);
  const auto began = Clock::now();
  pool_.run([&](Team& team) { program_.run(team, seconds); });
  return seconds_since(began);
}

std::span<const float> CpuExecutor::result(int row) const {
  return {result_.row<const float>(row), static_cast<std::size_t>(result_.columns)};
}

}  // namespace lectern::runtime
