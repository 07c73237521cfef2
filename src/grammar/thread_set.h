// The ways in which what was read may go on, each once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lectern::grammar {

/// A state, and the stack of calls that led to it.
struct Thread {
  int state, stack;
  bool operator==(const Thread&) const = default;
};

/// Keeps the order in which they came. Emptying it costs nothing, so that one serves many turns.
class ThreadSet {
 public:
  /// Whether it is new.
  bool add(Thread thread) {
    if (2 * (threads_.size() + 1) > slots_.size()) grow();
    Slot& slot = find(thread);
    if (slot.turn == turn_) return false;
    slot = {turn_, threads_.size()};
    threads_.push_back(thread);
    return true;
  }

  void clear() {
    threads_.clear();
    if (++turn_ != 0) return;
    std::fill(slots_.begin(), slots_.end(), Slot{});
    turn_ = 1;
  }

  std::size_t size() const { return threads_.size(); }
  const std::vector<Thread>& threads() const { return threads_; }
  Thread operator[](std::size_t index) const { return threads_[index]; }

 private:
  struct Slot {
    std::uint32_t turn = 0;  // in which it was taken
    std::size_t index = 0;   // of `threads_`
  };

  // Where `thread` is, or would be.
  Slot& find(Thread thread) {
    const auto key = static_cast<std::uint64_t>(static_cast<std::uint32_t>(thread.state)) << 32 |
                     static_cast<std::uint32_t>(thread.stack);
    for (std::size_t at = (key * 0x9e3779b97f4a7c15u) >> 32;; ++at) {
      Slot& slot = slots_[at & (slots_.size() - 1)];
      if (slot.turn != turn_ || threads_[slot.index] == thread) return slot;
    }
  }

  void grow() {
    slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), Slot{});
    for (std::size_t i = 0; i < threads_.size(); ++i) find(threads_[i]) = {turn_, i};
  }

  std::vector<Thread> threads_;
  std::vector<Slot> slots_;  // as many as a power of two, half of them free
  std::uint32_t turn_ = 1;
};

}  // namespace lectern::grammar
