// Threads for what takes a while: tokenizing, embedding, searching, a whole answer from a library.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lectern::server {

class Workers {
 public:
  explicit Workers(int threads);
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;

  /// `work` must not throw. From any thread, those that work among them.
  void post(std::function<void()> work);

  /// Ends what is under way first; what still waits is dropped, and what is posted from now on. Once it has returned,
  /// no thread works any more.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;  // last: they use the others
};

}  // namespace lectern::server
