// Who takes part in a step: decoding sequences first, then prompts in chunks, first come first served; then drafts.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "runtime/block_manager.h"
#include "runtime/sequence.h"
#include "runtime/step_cost.h"

namespace lectern::runtime {

/// What one step can hold.
struct StepLimits {
  int tokens = 512;
  int sequences = 64;
  int outputs = 64;  // rows of logits
};

/// A sequence's part in a step.
struct Scheduled {
  Sequence* sequence = nullptr;
  int tokens = 0;   // those from `sequence->computed` on
  int outputs = 0;  // logits are wanted of that many rows, the last ones
  int drafted = 0;  // tokens of `sequence->draft`, after those

  int rows() const { return tokens + drafted; }
};

/// Running sequences are older than waiting ones, always. Who finds no free block makes the youngest running sequence
/// give back its own (it is computed again later, what it generated is kept), and the youngest itself waits: so the
/// oldest always goes on, and everyone becomes the oldest.
class Scheduler {
 public:
  Scheduler(BlockManager& blocks, const StepLimits& limits) : blocks_(blocks), limits_(limits) {}

  void add(std::unique_ptr<Sequence> sequence) { waiting_.push_back(std::move(sequence)); }

  /// Chooses the next step's sequences and gives them their blocks.
  std::span<const Scheduled> schedule();
  /// What a step of `rows` tokens took: the price of drafting is learned from it.
  void record(int rows, double seconds) { cost_.record(rows, seconds); }
  /// Of the step under way.
  std::span<const Scheduled> scheduled() const { return scheduled_; }

  /// Takes out the sequences marked `finished`, their blocks given back.
  std::vector<std::unique_ptr<Sequence>> take_finished();

  std::span<const std::unique_ptr<Sequence>> running() const { return running_; }
  bool idle() const { return running_.empty() && waiting_.empty(); }
  /// Calls f(Sequence&) for every sequence, running or waiting.
  template <typename F>
  void for_each(F&& f) {
    for (auto& sequence : running_) f(*sequence);
    for (auto& sequence : waiting_) f(*sequence);
  }
  std::int64_t preemptions() const { return preemptions_; }

 private:
  bool has_budget() const { return tokens_left_ > 0 && outputs_left_ > 0; }
  int chunk(const Sequence& sequence) const;
  bool place(Sequence& sequence);
  bool admit_next();
  void preempt_youngest();
  void add_drafts();
  int draft_room(const Scheduled& part) const;
  int worth_checking(std::span<const Drafter::Guess> guesses, int rows, double expected) const;

  BlockManager& blocks_;
  StepLimits limits_;
  std::vector<std::unique_ptr<Sequence>> running_;  // oldest first
  std::deque<std::unique_ptr<Sequence>> waiting_;   // oldest first
  std::vector<Scheduled> scheduled_;
  int tokens_left_ = 0, outputs_left_ = 0;
  StepCost cost_;
  std::int64_t preemptions_ = 0;
};

}  // namespace lectern::runtime
