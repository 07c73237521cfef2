// How many tokens an embedding step may have, so that others never wait long for the worker pool.
#pragma once

namespace lectern::runtime {

class StepPace {
 public:
  /// `most`: tokens that a step can hold. A background engine's steps aim below 20 ms.
  StepPace(int most, bool background);

  int tokens() const { return tokens_; }
  void record(int tokens, double seconds);

 private:
  int most_;
  bool background_;
  int tokens_;
  double seconds_per_token_ = 0;  // a moving average
};

}  // namespace lectern::runtime
