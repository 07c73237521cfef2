// The engine of a decoder: requests in, tokens out, one thread that runs the steps.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/worker_pool.h"
#include "grammar/token_trie.h"
#include "lectern/engine.h"
#include "runtime/block_manager.h"
#include "runtime/cpu_executor.h"
#include "runtime/generator.h"
#include "runtime/kv_plan.h"
#include "runtime/model.h"

namespace lectern::runtime {

class GenerationEngine : public Engine {
 public:
  /// `pool` must outlive it.
  GenerationEngine(std::unique_ptr<const Model> model, const EngineOptions& options, WorkerPool& pool);
  /// Requests under way end as cancelled.
  ~GenerationEngine() override;

  const ModelInfo& info() const override { return model_->info; }
  const Tokenizer& tokenizer() const override { return *model_->tokenizer; }
  EngineStatistics statistics() const override;
  int threads() const override { return pool_.size(); }

  std::shared_ptr<Generation> submit(Request request) override;
  std::vector<std::vector<float>> embed(std::span<const std::vector<TokenId>> texts) override;

 private:
  using Sequences = std::vector<std::unique_ptr<Sequence>>;

  void check(const Request& request) const;
  const grammar::TokenTrie& trie();
  void loop();
  void settle(const Sequences& finished);

  std::unique_ptr<const Model> model_;
  WorkerPool& pool_;
  KvPlan plan_;
  BlockManager blocks_;
  StepLimits limits_;
  CpuExecutor executor_;
  Generator generator_;  // of the loop's thread alone, like the three before it

  std::once_flag trie_made_;
  std::unique_ptr<const grammar::TokenTrie> trie_;  // for requests with a grammar

  mutable std::mutex mutex_;
  std::condition_variable work_;
  Sequences incoming_;
  bool stopping_ = false;
  EngineStatistics statistics_;
  std::thread thread_;
};

}  // namespace lectern::runtime
