// The engine of an encoder: texts in, one vector each out.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/worker_pool.h"
#include "lectern/engine.h"
#include "runtime/cpu_executor.h"
#include "runtime/embedding_queue.h"
#include "runtime/model.h"
#include "runtime/step_batch.h"

namespace lectern::runtime {

class EmbeddingEngine : public Engine {
 public:
  /// `pool` must outlive it.
  EmbeddingEngine(std::unique_ptr<const Model> model, const EngineOptions& options, WorkerPool& pool);
  /// Nobody may be inside `embed`.
  ~EmbeddingEngine() override;

  const ModelInfo& info() const override { return model_->info; }
  const Tokenizer& tokenizer() const override { return *model_->tokenizer; }
  EngineStatistics statistics() const override;
  int threads() const override { return pool_.size(); }

  std::shared_ptr<Generation> submit(Request request) override;
  std::vector<std::vector<float>> embed(std::span<const std::vector<TokenId>> texts) override;

 private:
  using Items = std::vector<EmbeddingQueue::Item>;

  void check(std::span<const std::vector<TokenId>> texts) const;
  void loop();
  std::vector<std::vector<float>> run(const Items& items);
  void deliver(const Items& items, std::vector<std::vector<float>> vectors);

  std::unique_ptr<const Model> model_;
  WorkerPool& pool_;
  StepLimits limits_;
  CpuExecutor executor_;
  StepBatch batch_;
  int step_tokens_;

  mutable std::mutex mutex_;
  std::condition_variable work_, embedded_;
  EmbeddingQueue queue_;
  bool stopping_ = false;
  EngineStatistics statistics_;
  std::thread thread_;
};

}  // namespace lectern::runtime
