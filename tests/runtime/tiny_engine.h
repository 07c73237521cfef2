// Engine files of tiny models, and ways to run them step by step in the test's own thread.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/worker_pool.h"
#include "formats/engine_file.h"
#include "lectern/compile.h"
#include "lectern/engine.h"
#include "runtime/block_manager.h"
#include "runtime/cpu_executor.h"
#include "runtime/generator.h"
#include "runtime/kv_plan.h"
#include "runtime/model.h"
#include "support/tiny_decoder.h"

namespace lectern::runtime {

inline Isa best_isa() { return machine_isas().back(); }

inline std::filesystem::path compiled(const std::filesystem::path& checkpoint, Isa isa) {
  const auto path = support::temporary_folder("engine") / "tiny.lectern";
  compile(checkpoint, path, {.target = std::string(name(isa))});
  return path;
}

inline std::filesystem::path compiled(const support::TinyDecoder& model, Isa isa = best_isa()) {
  return compiled(support::write(model), isa);
}

/// A copy of an engine file with another header, well-formed but maybe nonsense.
inline std::filesystem::path altered(const std::filesystem::path& engine_file,
                                     const std::function<void(formats::EngineHeader&)>& alter) {
  const formats::EngineFile file(engine_file);
  auto header = file.header();
  alter(header);
  const auto path = support::temporary_folder("altered") / "altered.lectern";
  const auto chat_template = file.section("chat_template");
  formats::write_engine_file(path, header, file.section("tokenizer"),
                             {reinterpret_cast<const char*>(chat_template.data()), chat_template.size()},
                             [&](int weight, std::span<std::byte> out) {
                               const auto bytes = file.weight(weight);
                               std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
                             });
  return path;
}

/// Every second layer of a model with one KV group gets a window, in a group of its own.
inline void window_odd_layers(formats::EngineHeader& header, int window) {
  auto& groups = header.kv_groups;
  groups.push_back(groups[0]);
  groups[1].layers = groups[0].layers / 2;
  groups[0].layers -= groups[1].layers;
  groups[1].window = window;
  for (auto& call : header.program) {
    if (!call.attributes.contains("layer")) continue;
    const int layer = static_cast<int>(call.attributes["layer"]);
    call.attributes["group"] = layer % 2;
    call.attributes["layer"] = layer / 2;
    if (call.op == "attention") call.attributes["window"] = layer % 2 == 1 ? window : 0;
  }
}

/// What a request gave: the logits from which each token was sampled (after them may stand those of a draft that came
/// to nothing), and what the caller saw.
struct Outcome {
  Completion completion;
  std::vector<std::vector<float>> logits;
  std::string streamed;
  std::vector<TokenLogprobs> logprobs;  // where they are wanted
};

/// Everything of a generation engine but its thread.
class Bench : public Executor {
 public:
  /// As if a step of one row took a second and each further one so much: drafting pays often.
  static constexpr double kRowSeconds = 0.02;

  Bench(const std::filesystem::path& engine_file, const EngineOptions& options, int threads = 1)
      : model_(engine_file),
        pool_(threads),
        plan_(plan_kv(model_.file.header(), model_.isa, options)),
        blocks_(options.block_size, groups(plan_), options.prefix_cache),
        limits_{.tokens = options.step_tokens,
                .sequences = options.max_sequences,
                .outputs = std::min(options.step_tokens, options.max_sequences)},
        executor_(model_.file, limits_, plan_, pool_),
        generator_({model_.info.context_length, model_.tokenizer.get()}, *this, blocks_, limits_, pool_) {}

  std::shared_ptr<PendingGeneration> submit(Request request, Outcome* outcome) {
    const auto on_token = request.on_token;
    request.on_token = [outcome, on_token](TokenId token, std::string_view text) {
      outcome->streamed += text;
      if (on_token) on_token(token, text);
    };
    if (request.top_logprobs > 0)
      request.on_logprobs = [outcome](const TokenLogprobs& logprobs) { outcome->logprobs.push_back(logprobs); };
    auto sequence = std::make_unique<Sequence>(std::move(request), model_.info.context_length,
                                               static_cast<int>(plan_.groups.size()), *model_.tokenizer);
    outcomes_[sequence.get()] = outcome;
    auto generation = sequence->generation;
    generator_.add(std::move(sequence));
    return generation;
  }

  void step() {
    for (const auto& sequence : generator_.step()) {
      if (!sequence->failure) outcomes_[sequence.get()]->completion = sequence->completion;
      outcomes_.erase(sequence.get());
      resolve(*sequence);
    }
  }

  void run() {
    while (!generator_.idle()) step();
  }

  std::vector<Outcome> run(const std::vector<Request>& requests) {
    std::vector<Outcome> outcomes(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) submit(requests[i], &outcomes[i]);
    run();
    return outcomes;
  }

  const BlockManager& blocks() const { return blocks_; }
  const Generator& generator() const { return generator_; }

  double forward(const StepBatch& batch) override {
    executor_.forward(batch);
    int row = 0;
    for (const auto& part : generator_.scheduler().scheduled()) {
      row += part.outputs;
      if (part.tokens < part.sequence->pending()) continue;
      auto& seen = outcomes_.at(part.sequence)->logits;
      seen.resize(static_cast<std::size_t>(part.sequence->generated()));
      for (int r = row - part.drafted - 1; r < row; ++r) {
        const auto logits = executor_.result(r);
        seen.emplace_back(logits.begin(), logits.end());
      }
    }
    return 1 + kRowSeconds * (batch.tokens() - 1);
  }
  std::span<const float> result(int row) const override { return executor_.result(row); }

 private:
  static std::vector<BlockManager::Group> groups(const KvPlan& plan) {
    std::vector<BlockManager::Group> all;
    for (const auto& group : plan.groups) all.push_back({group.blocks, group.shape.window});
    return all;
  }

  Model model_;
  WorkerPool pool_;
  KvPlan plan_;
  BlockManager blocks_;
  StepLimits limits_;
  CpuExecutor executor_;
  Generator generator_;
  std::map<const Sequence*, Outcome*> outcomes_;
};

}  // namespace lectern::runtime
