// Text from the engine's thread to the asker's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace lectern::chat {

/// Checking citations must not hold up a step of other requests: the engine's thread only leaves text here.
class TextQueue {
 public:
  using Clock = std::chrono::steady_clock;

  void push(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (!first_) first_ = Clock::now();
    text_ += text;
    ready_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.notify_one();
  }
  /// What has come since the last call; nothing once it is closed and empty.
  std::optional<std::string> pop() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return closed_ || !text_.empty(); });
    if (text_.empty()) return std::nullopt;
    return std::exchange(text_, {});
  }
  std::optional<Clock::time_point> first() const {
    const std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::string text_;
  std::optional<Clock::time_point> first_;  // token, whether or not it completes a character
  bool closed_ = false;
};

}  // namespace lectern::chat
