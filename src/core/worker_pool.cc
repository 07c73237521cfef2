#include "core/worker_pool.h"

#include <immintrin.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace lectern {
namespace {

using Word = std::atomic<std::uint32_t>;  // what a futex waits on; wraps around

// How long a worker spins before it sleeps. Waking a sleeper takes some 50 µs on a virtual machine, so it must outlast
// the slowest item of an op and the gap between two steps, but not the one between requests.
constexpr std::chrono::microseconds kSpinTime{200};
// Where workers outnumber cores, the one that is waited for may be waiting for the core of the one that spins.
constexpr std::chrono::microseconds kCrowdedSpinTime{2};
constexpr int kSpinsBetweenClocks = 32;
// From then on a spinning worker offers its core: where other programs keep the rest busy, the one that is waited for
// may be waiting for this core, and would get it only once the spinning ends, at each barrier.
constexpr std::chrono::microseconds kYieldAfter{5};

void wake_all(Word& word) {
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

bool changes_within(std::chrono::microseconds limit, const Word& word, std::uint32_t seen) {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    for (int i = 0; i < kSpinsBetweenClocks; ++i) {
      if (word.load(std::memory_order_acquire) != seen) return true;
      _mm_pause();
    }
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited > limit) return false;
    if (waited > kYieldAfter) ::sched_yield();
  }
}

// Returns when `word` is no longer `seen`. `sleepers` tells whoever changes it whether a wake-up is needed.
void wait_while(Word& word, std::uint32_t seen, Word& sleepers, std::chrono::microseconds spin_time) {
  if (changes_within(spin_time, word, seen)) return;
  sleepers.fetch_add(1);  // sequentially consistent with the waker's store and load: one of the two sees the other
  while (word.load() == seen) {
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
  }
  sleepers.fetch_sub(1);
}

}  // namespace

struct Team::Shared {
  // Call n of parallel_for counts in counters[n % 4], which call n - 2 cleared; so does call n of parallel_runs in
  // run_counters[n % 4 * size + rank].
  alignas(64) std::array<std::atomic<std::int64_t>, 4> counters{};
  std::vector<Counter> run_counters;
  alignas(64) std::atomic<int> arrived{0};
  alignas(64) Word generation{0};
  Word sleepers{0};
  std::array<void*, 2> broadcast{};
  std::chrono::microseconds spin_time = kSpinTime;

  void make_counters(int workers) { run_counters = std::vector<Counter>(4 * static_cast<std::size_t>(workers)); }
  void clear_counters() {
    for (auto& counter : counters) counter.store(0, std::memory_order_relaxed);
    for (auto& counter : run_counters) counter.next.store(0, std::memory_order_relaxed);
  }
};

std::atomic<std::int64_t>& Team::counter() {
  auto& next = shared_->counters[static_cast<std::size_t>(phase_ % 4)];
  // Nobody can be in call n + 2 before this worker leaves call n, nor still in call n - 2: the barriers say so.
  shared_->counters[static_cast<std::size_t>((phase_ + 2) % 4)].store(0, std::memory_order_relaxed);
  ++phase_;
  return next;
}

Team::Counter* Team::run_counters() {
  const auto at = [&](unsigned phase) {
    return shared_->run_counters.data() + static_cast<std::size_t>(phase % 4) * static_cast<std::size_t>(size_);
  };
  at(runs_phase_ + 2)[rank_].next.store(0, std::memory_order_relaxed);  // as above
  return at(runs_phase_++);
}

void Team::barrier() {
  if (size_ == 1) return;
  Shared& s = *shared_;
  const std::uint32_t generation = s.generation.load(std::memory_order_relaxed);
  if (s.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
    s.arrived.store(0, std::memory_order_relaxed);
    s.generation.store(generation + 1);
    if (s.sleepers.load() > 0) wake_all(s.generation);
  } else {
    wait_while(s.generation, generation, s.sleepers, s.spin_time);
  }
}

void* Team::broadcast_pointer(void* pointer) {
  // Rank 0 writes this place again two broadcasts later, when every worker has entered the next one.
  void*& place = shared_->broadcast[static_cast<std::size_t>(broadcasts_++ % 2)];
  if (rank_ == 0) place = pointer;
  barrier();
  return place;
}

struct WorkerPool::State {
  int size = 1;
  std::vector<std::thread> threads;
  Team::Shared shared;

  Word region_number{0};
  Word sleepers{0};
  const std::function<void(Team&)>* region = nullptr;
  std::atomic<bool> stopping{false};

  std::mutex turn_mutex;
  std::condition_variable turn_changed;
  bool busy = false;
  std::atomic<int> interactive_waiting{0};  // changed with the mutex

  void take_turn(bool interactive) {
    std::unique_lock lock(turn_mutex);
    if (interactive) ++interactive_waiting;
    turn_changed.wait(lock, [&] { return !busy && (interactive || interactive_waiting == 0); });
    if (interactive) --interactive_waiting;
    busy = true;
  }

  void end_turn() {
    {
      std::lock_guard lock(turn_mutex);
      busy = false;
    }
    turn_changed.notify_all();
  }

  void start_region() {
    region_number.fetch_add(1);
    if (sleepers.load() > 0) wake_all(region_number);
  }

  void work(int rank) {
    for (std::uint32_t seen = 0;; ++seen) {
      wait_while(region_number, seen, sleepers, shared.spin_time);
      if (stopping.load()) return;
      Team team(shared, rank, size);
      (*region)(team);
      team.barrier();
    }
  }
};

WorkerPool::WorkerPool(int threads) : state_(std::make_unique<State>()) {
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  state_->size = threads > 0 ? threads : cores;
  state_->shared.make_counters(state_->size);
  if (state_->size > cores) state_->shared.spin_time = kCrowdedSpinTime;
  for (int rank = 1; rank < state_->size; ++rank) {
    state_->threads.emplace_back([this, rank] { state_->work(rank); });
  }
}

WorkerPool::~WorkerPool() {
  state_->stopping.store(true);
  state_->start_region();
  for (auto& thread : state_->threads) thread.join();
}

int WorkerPool::size() const { return state_->size; }

bool WorkerPool::is_wanted() const { return state_->interactive_waiting.load(std::memory_order_relaxed) > 0; }

void WorkerPool::run(const std::function<void(Team&)>& region, bool interactive) {
  state_->take_turn(interactive);
  state_->shared.clear_counters();
  state_->region = &region;
  if (state_->size > 1) state_->start_region();
  Team team(state_->shared, 0, state_->size);
  region(team);
  team.barrier();
  state_->end_turn();
}

WorkerPool& WorkerPool::shared(int threads) {
  static WorkerPool pool(threads);
  return pool;
}

}  // namespace lectern
