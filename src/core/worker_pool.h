// The process's worker threads, and what a kernel sees of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace lectern {

/// The workers inside one parallel region. Every worker runs the same code (SPMD): each must make the same calls of
/// `parallel_for` and `parallel_runs` in the same order.
class Team {
 public:
  int size() const { return size_; }
  /// Of the calling worker, from 0.
  int rank() const { return rank_; }

  /// Calls f(i) once for each i in [0, count), shared among the workers as they become free; returns when all are done.
  /// What one call wrote is visible to every worker after it.
  template <typename F>
  void parallel_for(std::int64_t count, F&& f);

  /// The same, but each worker begins with a run of neighbouring items, the same run whenever `count` is the same, and
  /// helps the others when it is done: memory is read in long runs, and found in the cache of the core that wrote it.
  template <typename F>
  void parallel_runs(std::int64_t count, F&& f);

  /// Returns when every worker has called it.
  void barrier();

  /// Rank 0's `pointer`, for every worker; the others' is ignored. How a kernel shares memory that rank 0 lends it.
  template <typename T>
  T* broadcast(T* pointer) {
    return static_cast<T*>(broadcast_pointer(pointer));
  }
  /// Rank 0's `answer`, for every worker.
  bool broadcast(bool answer) { return broadcast_pointer(answer ? this : nullptr) != nullptr; }

  struct Shared;  // counters of one region, one for all workers
  Team(Shared& shared, int rank, int size) : shared_(&shared), rank_(rank), size_(size) {}

 private:
  void* broadcast_pointer(void* pointer);
  struct alignas(64) Counter {
    std::atomic<std::int64_t> next{0};
  };
  std::atomic<std::int64_t>& counter();  // of this parallel_for; zero when the first worker comes
  Counter* run_counters();               // of this parallel_runs, one for each worker; likewise

  Shared* shared_;
  int rank_;
  int size_;
  unsigned phase_ = 0;       // parallel_for calls so far, the same on every worker
  unsigned runs_phase_ = 0;  // parallel_runs calls
  unsigned broadcasts_ = 0;  // likewise
};

template <typename F>
void Team::parallel_for(std::int64_t count, F&& f) {
  if (size_ == 1) {
    for (std::int64_t i = 0; i < count; ++i) f(i);
    return;
  }
  auto& next = counter();
  for (std::int64_t i = next.fetch_add(1, std::memory_order_relaxed); i < count;
       i = next.fetch_add(1, std::memory_order_relaxed)) {
    f(i);
  }
  barrier();
}

template <typename F>
void Team::parallel_runs(std::int64_t count, F&& f) {
  if (size_ == 1) {
    for (std::int64_t i = 0; i < count; ++i) f(i);
    return;
  }
  Counter* counters = run_counters();
  for (int i = 0; i < size_; ++i) {
    const int owner = rank_ + i < size_ ? rank_ + i : rank_ + i - size_;
    const std::int64_t begin = count * owner / size_;
    const std::int64_t items = count * (owner + 1) / size_ - begin;
    auto& next = counters[owner].next;
    while (next.load(std::memory_order_relaxed) < items) {
      const std::int64_t item = next.fetch_add(1, std::memory_order_relaxed);
      if (item < items) f(begin + item);
    }
  }
  barrier();
}

/// Threads that run parallel regions, one region at a time. Between regions they spin briefly, then sleep.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);  // the caller's thread counts as one of them
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;

  int size() const;

  /// Runs `region` once on every worker, on the caller's thread too. Callers take turns; an interactive one goes before
  /// background ones that wait. `region` must not throw.
  void run(const std::function<void(Team&)>& region, bool interactive = true);
  /// Whether an interactive caller waits for its turn: a region in the background should end soon.
  bool is_wanted() const;

  /// The process's pool; `threads` counts at the first call only (0: one for each core).
  static WorkerPool& shared(int threads = 0);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lectern
