#include "runtime/embedding_engine.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "lectern/error.h"

namespace lectern::runtime {
namespace {

// A text is never divided, so that one of the full length must fit a step.
StepLimits limits_of(const Model& model, const EngineOptions& options) {
  return {.tokens = std::max(options.step_tokens, model.info.context_length),
          .sequences = options.max_sequences,
          .outputs = 0};
}

}  // namespace

EmbeddingEngine::EmbeddingEngine(std::unique_ptr<const Model> model, const EngineOptions& options, WorkerPool& pool)
    : model_(std::move(model)),
      pool_(pool),
      limits_(limits_of(*model_, options)),
      executor_(model_->file, limits_, KvPlan{}, pool),
      batch_(0, options.block_size, model_->info.context_length),
      step_tokens_(options.step_tokens),
      thread_([this] { loop(); }) {}

EmbeddingEngine::~EmbeddingEngine() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

EngineStatistics EmbeddingEngine::statistics() const {
  std::lock_guard lock(mutex_);
  return statistics_;
}

std::shared_ptr<Generation> EmbeddingEngine::submit(Request) {
  throw Error(ErrorCode::kInvalidArgument,
              model_->info.name + " makes embeddings and generates no text: use a model that does.");
}

std::vector<std::vector<float>> EmbeddingEngine::embed(std::span<const std::vector<TokenId>> texts) {
  check(texts);
  if (texts.empty()) return {};
  EmbeddingJob job(texts);
  std::unique_lock lock(mutex_);
  queue_.add(job);
  work_.notify_one();
  embedded_.wait(lock, [&] { return job.done(); });
  if (job.failure) std::rethrow_exception(job.failure);
  return std::move(job.vectors);
}

void EmbeddingEngine::check(std::span<const std::vector<TokenId>> texts) const {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) {
      throw Error(ErrorCode::kInvalidArgument, "Text " + std::to_string(i) +
                                                   " has no tokens: encode it with its special tokens, which even an "
                                                   "empty text has.");
    }
    if (texts[i].size() > static_cast<std::size_t>(model_->info.context_length)) {
      throw Error(ErrorCode::kTooLong, "Text " + std::to_string(i) + " has " + std::to_string(texts[i].size()) +
                                           " tokens, and " + model_->info.name + " reads " +
                                           std::to_string(model_->info.context_length) + ". Cut it first.");
    }
    model_->check_tokens(texts[i]);
  }
}

void EmbeddingEngine::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Items items = queue_.take(step_tokens_, limits_.sequences);
    lock.unlock();
    std::vector<std::vector<float>> vectors;
    std::exception_ptr failure;
    try {
      vectors = run(items);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) {
      for (const auto& item : items) item.job->failure = failure;
    } else {
      deliver(items, std::move(vectors));
    }
    queue_.drop_failed();
    embedded_.notify_all();
  }
}

std::vector<std::vector<float>> EmbeddingEngine::run(const Items& items) {
  batch_.clear();
  for (const auto& item : items) batch_.add_text(item.job->texts[item.text]);
  const bool waited_for = std::ranges::any_of(items, [](const auto& item) { return item.job->question; });
  waited_for ? executor_.forward(batch_) : executor_.forward_in_background(batch_);
  std::vector<std::vector<float>> vectors;
  for (int row = 0; row < batch_.sequences(); ++row) {
    const auto vector = executor_.result(row);
    vectors.emplace_back(vector.begin(), vector.end());
  }
  return vectors;
}

void EmbeddingEngine::deliver(const Items& items, std::vector<std::vector<float>> vectors) {
  ++statistics_.steps;
  statistics_.prompt_tokens += batch_.tokens();
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& [job, text] = items[i];
    if (!std::all_of(vectors[i].begin(), vectors[i].end(), [](float x) { return std::isfinite(x); })) {
      job->failure = std::make_exception_ptr(
          Error(ErrorCode::kCorrupt, "The embedding of text " + std::to_string(text) +
                                         " is no vector of numbers. The engine file may be damaged: compile the "
                                         "checkpoint again."));
    }
    job->vectors[text] = std::move(vectors[i]);
    ++job->embedded;
  }
}

}  // namespace lectern::runtime
