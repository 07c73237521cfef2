// Generation step by step: schedule, run, commit.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/worker_pool.h"
#include "lectern/engine.h"
#include "runtime/block_manager.h"
#include "runtime/executor.h"
#include "runtime/scheduler.h"
#include "runtime/step_batch.h"

namespace lectern::runtime {

/// Belongs to one thread.
class Generator {
 public:
  struct Model {
    int context_length = 0;
    const Tokenizer* tokenizer = nullptr;
  };

  /// The references must outlive it. Tokens are sampled on `pool`.
  Generator(const Model& model, Executor& executor, BlockManager& blocks, const StepLimits& limits, WorkerPool& pool);

  void add(std::unique_ptr<Sequence> sequence) { scheduler_.add(std::move(sequence)); }
  bool idle() const { return scheduler_.idle(); }

  /// One step. Returns the sequences that are done with it, to be resolved. Does not throw.
  std::vector<std::unique_ptr<Sequence>> step();
  /// Ends all sequences as cancelled.
  std::vector<std::unique_ptr<Sequence>> cancel_all();

  const Scheduler& scheduler() const { return scheduler_; }
  /// After the last step.
  EngineStatistics statistics() const;

 private:
  // Sampled from a row of logits; no token where they were no distribution.
  struct Row {
    std::optional<TokenId> token;
    TokenLogprobs logprobs;      // where they are wanted
    std::exception_ptr failure;  // of this sequence alone
  };

  void run();
  void sample_outputs();
  void sample_part(const Scheduled& part, int first_output);
  Row sample_row(Sequence& sequence, std::span<const float> logits, int drafts) const;
  void commit(const Scheduled& part, int first_output);
  void report_prompt_logits(Sequence& sequence, int outputs, int first_output);
  void accept_rows(const Scheduled& part, std::span<const Row> sampled);
  void accept(Sequence& sequence, const Row& sampled);
  bool ends_with(const Sequence& sequence, TokenId token) const;
  void emit(Sequence& sequence, TokenId token, const std::string& text, const TokenLogprobs* logprobs);
  void finish(Sequence& sequence, FinishReason reason);
  void fail(Sequence& sequence, std::exception_ptr failure);

  Model model_;
  Executor& executor_;
  BlockManager& blocks_;
  Scheduler scheduler_;
  StepBatch batch_;
  WorkerPool& pool_;
  std::vector<Row> sampled_;        // [outputs]
  std::vector<int> first_outputs_;  // of each part of the step
  EngineStatistics statistics_;
};

/// Hands a finished sequence's completion or failure to whoever waits for it.
void resolve(Sequence& sequence);

}  // namespace lectern::runtime
