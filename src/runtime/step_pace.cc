#include "runtime/step_pace.h"

#include <algorithm>

namespace lectern::runtime {
namespace {

constexpr double kStepSeconds = 0.016;  // leaves a fifth of the 20 ms for steps that turn out slower
constexpr int kFewestTokens = 16;
constexpr int kFirstTokens = 64;  // before anything was measured
constexpr double kMemory = 0.75;  // of the average, a step

}  // namespace

StepPace::StepPace(int most, bool background)
    : most_(most), background_(background), tokens_(background ? std::min(most, kFirstTokens) : most) {}

void StepPace::record(int tokens, double seconds) {
  if (!background_ || tokens <= 0) return;
  const double measured = seconds / tokens;
  seconds_per_token_ = seconds_per_token_ == 0 ? measured : kMemory * seconds_per_token_ + (1 - kMemory) * measured;
  const double fits = kStepSeconds / std::max(seconds_per_token_, 1e-9);
  tokens_ = static_cast<int>(
      std::clamp(fits, static_cast<double>(std::min(kFewestTokens, most_)), static_cast<double>(most_)));
}

}  // namespace lectern::runtime
