#include "runtime/generation.h"

#include <utility>

namespace lectern::runtime {

const Completion& PendingGeneration::wait() {
  std::unique_lock lock(mutex_);
  resolved_.wait(lock, [&] { return done_; });
  if (failure_) std::rethrow_exception(failure_);
  return completion_;
}

bool PendingGeneration::done() const {
  std::lock_guard lock(mutex_);
  return done_;
}

void PendingGeneration::resolve(Completion completion, std::exception_ptr failure) {
  {
    std::lock_guard lock(mutex_);
    completion_ = std::move(completion);
    failure_ = std::move(failure);
    done_ = true;
  }
  resolved_.notify_all();
}

}  // namespace lectern::runtime
