// What the caller of `submit` holds: the future end of a request.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>

#include "lectern/engine.h"

namespace lectern::runtime {

class PendingGeneration : public Generation {
 public:
  void cancel() override { cancelled_.store(true, std::memory_order_relaxed); }
  const Completion& wait() override;
  bool done() const override;

  // The engine's side.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  /// Once. With a `failure`, `wait` throws it.
  void resolve(Completion completion, std::exception_ptr failure);

 private:
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;
  std::condition_variable resolved_;
  bool done_ = false;
  Completion completion_;
  std::exception_ptr failure_;
};

}  // namespace lectern::runtime
