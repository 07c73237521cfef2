// Work done by several threads ahead of one that takes the results in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace lectern::library {

/// Makes result i from `make(i)`, for each i in [0, count), at most `ahead` of what was taken.
template <typename Result>
class OrderedQueue {
 public:
  OrderedQueue(std::size_t count, std::size_t ahead, int threads, std::function<Result(std::size_t)> make)
      : count_(count), ahead_(ahead), make_(std::move(make)) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~OrderedQueue() { stop(); }
  OrderedQueue(const OrderedQueue&) = delete;

  /// The next result; nothing after the last. Throws what `make` threw.
  std::optional<Result> next() {
    std::unique_lock lock(mutex_);
    if (taken_ == count_) return std::nullopt;
    changed_.wait(lock, [&] { return ready_.contains(taken_); });
    auto made = ready_.extract(taken_++);
    changed_.notify_all();
    lock.unlock();
    if (made.mapped().error) std::rethrow_exception(made.mapped().error);
    return std::move(made.mapped().result);
  }

  /// Waits for the calls of `make` that are under way. Returns what was made and not taken; nothing is any more.
  std::vector<Result> stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    threads_.clear();
    std::vector<Result> rest;
    for (auto& [index, made] : ready_) {
      if (made.result) rest.push_back(std::move(*made.result));
    }
    ready_.clear();
    return rest;
  }

 private:
  struct Made {
    std::optional<Result> result;
    std::exception_ptr error;
  };

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopped_ || claimed_ == count_ || claimed_ < taken_ + ahead_; });
      if (stopped_ || claimed_ == count_) return;
      const std::size_t index = claimed_++;
      lock.unlock();
      Made made;
      try {
        made.result = make_(index);
      } catch (...) {
        made.error = std::current_exception();
      }
      lock.lock();
      ready_.emplace(index, std::move(made));
      changed_.notify_all();
    }
  }

  const std::size_t count_, ahead_;
  const std::function<Result(std::size_t)> make_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t claimed_ = 0, taken_ = 0;
  std::map<std::size_t, Made> ready_;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace lectern::library
