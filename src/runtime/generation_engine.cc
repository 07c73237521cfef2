#include "runtime/generation_engine.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "lectern/error.h"

namespace lectern::runtime {
namespace {

// Logits of a whole chunk of prompt (Request::on_prompt_logits) take much memory: such a request takes smaller chunks.
constexpr int kPromptLogitRows = 128;

StepLimits limits_of(const EngineOptions& options) {
  return {.tokens = options.step_tokens,
          .sequences = options.max_sequences,
          .outputs = std::min(options.step_tokens, std::max(options.max_sequences, kPromptLogitRows))};
}

std::vector<BlockManager::Group> groups_of(const KvPlan& plan) {
  std::vector<BlockManager::Group> groups;
  for (const auto& group : plan.groups) groups.push_back({group.blocks, group.shape.window});
  return groups;
}

void check_sampling(const SamplingOptions& sampling) {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw Error(ErrorCode::kInvalidArgument, std::string("Sampling options: ") + what + ".");
  };
  require(sampling.temperature >= 0 && sampling.temperature <= 1e6, "temperature is 0 (greedy) or a positive number");
  require(sampling.top_k >= 0, "top_k is 0 (all) or a number of tokens");
  require(sampling.top_p >= 0 && sampling.top_p <= 1, "top_p is between 0 and 1");
  require(sampling.max_tokens >= 0, "max_tokens is not negative");
  for (const auto& stop : sampling.stop) require(!stop.empty(), "a stop string is not empty");
  require(std::isfinite(sampling.presence_penalty) && std::isfinite(sampling.frequency_penalty),
          "penalties are finite numbers");
  require(!sampling.grammar || !sampling.ignore_end, "an answer with a grammar ends where that does, not later");
  require(!sampling.grammar || sampling.stop.empty(), "a stop string would cut an answer with a grammar");
  for (const auto& [token, bias] : sampling.logit_bias) require(std::isfinite(bias), "a bias is a finite number");
}

}  // namespace

GenerationEngine::GenerationEngine(std::unique_ptr<const Model> model, const EngineOptions& options, WorkerPool& pool)
    : model_(std::move(model)),
      pool_(pool),
      plan_(plan_kv(model_->file.header(), model_->isa, options)),
      blocks_(options.block_size, groups_of(plan_), options.prefix_cache),
      limits_(limits_of(options)),
      executor_(model_->file, limits_, plan_, pool),
      generator_({model_->info.context_length, model_->tokenizer.get()}, executor_, blocks_, limits_, pool),
      statistics_(generator_.statistics()),
      thread_([this] { loop(); }) {}

GenerationEngine::~GenerationEngine() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

EngineStatistics GenerationEngine::statistics() const {
  std::lock_guard lock(mutex_);
  return statistics_;
}

std::shared_ptr<Generation> GenerationEngine::submit(Request request) {
  check(request);
  auto sequence = std::make_unique<Sequence>(std::move(request), model_->info.context_length,
                                             static_cast<int>(plan_.groups.size()), *model_->tokenizer);
  // Its last token is never computed.
  const int computed = std::max(sequence->prompt_size, sequence->max_size - 1);
  if (!blocks_.could_fit(computed)) {
    throw Error(ErrorCode::kOutOfMemory, "A request of " + std::to_string(sequence->max_size) +
                                             " tokens, prompt and answer together, never fits " +
                                             "the KV cache, which holds " + std::to_string(blocks_.longest()) +
                                             ". Ask for fewer tokens or give the engine more memory for its KV cache.");
  }
  if (sequence->request.sampling.grammar) {
    sequence->filter =
        std::make_unique<grammar::TokenFilter>(sequence->request.sampling.grammar, *model_->tokenizer, trie());
    sequence->grammar_position = sequence->filter->start();
  }
  auto generation = sequence->generation;
  {
    std::lock_guard lock(mutex_);
    incoming_.push_back(std::move(sequence));
  }
  work_.notify_one();
  return generation;
}

// Made by whoever asks first, and not by the engine's thread, which others wait for.
const grammar::TokenTrie& GenerationEngine::trie() {
  std::call_once(trie_made_, [&] { trie_ = std::make_unique<const grammar::TokenTrie>(*model_->tokenizer); });
  return *trie_;
}

void GenerationEngine::check(const Request& request) const {
  check_sampling(request.sampling);
  if (request.top_logprobs < 0) {
    throw Error(ErrorCode::kInvalidArgument, "The number of likeliest tokens to tell is not negative.");
  }
  if (request.prompt.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "The prompt is empty: give at least one token.");
  }
  const auto room = static_cast<std::size_t>(model_->info.context_length - (request.sampling.max_tokens > 0 ? 1 : 0));
  if (request.prompt.size() > room) {
    throw Error(ErrorCode::kTooLong, "The prompt has " + std::to_string(request.prompt.size()) + " tokens, and " +
                                         model_->info.name + " has a context of " +
                                         std::to_string(model_->info.context_length) + ". Shorten the prompt.");
  }
  model_->check_tokens(request.prompt);
  std::vector<TokenId> biased;
  for (const auto& [token, bias] : request.sampling.logit_bias) biased.push_back(token);
  model_->check_tokens(biased);
}

std::vector<std::vector<float>> GenerationEngine::embed(std::span<const std::vector<TokenId>>) {
  throw Error(ErrorCode::kInvalidArgument,
              model_->info.name + " generates text and makes no embeddings: use an encoder such as MiniLM.");
}

void GenerationEngine::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return stopping_ || !incoming_.empty() || !generator_.idle(); });
    for (auto& sequence : incoming_) generator_.add(std::move(sequence));
    incoming_.clear();
    const bool stopping = stopping_;
    lock.unlock();
    settle(stopping ? generator_.cancel_all() : generator_.step());
    if (stopping) return;
    lock.lock();
  }
}

// The statistics first: who waited for a request finds its blocks free.
void GenerationEngine::settle(const Sequences& finished) {
  {
    std::lock_guard lock(mutex_);
    statistics_ = generator_.statistics();
  }
  for (const auto& sequence : finished) resolve(*sequence);
}

}  // namespace lectern::runtime
