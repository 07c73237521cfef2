#include "lectern/engine.h"

#include <string>

#include "lectern/error.h"
#include "runtime/embedding_engine.h"
#include "runtime/generation_engine.h"
#include "runtime/load.h"
#include "runtime/model.h"

namespace lectern {
namespace runtime {
namespace {

// Generous, and small enough that no size computed from them overflows.
constexpr int kMostStepTokens = 1 << 16, kMostSequences = 1 << 12, kMostBlockSize = 1 << 10;

void check(bool holds, const std::string& what) {
  if (!holds) throw Error(ErrorCode::kInvalidArgument, "Engine options: " + what + ".");
}

void check_options(const EngineOptions& options) {
  check(options.threads >= 0, "the number of threads is negative");
  check(options.block_size >= 16 && options.block_size <= kMostBlockSize && options.block_size % 16 == 0,
        "a KV block holds a multiple of 16 tokens, from 16 to " + std::to_string(kMostBlockSize));
  check(options.step_tokens >= 1 && options.step_tokens <= kMostStepTokens,
        "a step has 1 to " + std::to_string(kMostStepTokens) + " tokens");
  check(options.max_sequences >= 1 && options.max_sequences <= kMostSequences,
        "a step has 1 to " + std::to_string(kMostSequences) + " sequences");
}

}  // namespace

std::unique_ptr<Engine> load_engine_on(WorkerPool& pool, const std::filesystem::path& engine_file,
                                       const EngineOptions& options) {
  check_options(options);
  auto model = std::make_unique<Model>(engine_file);
  if (model->info.generates) return std::make_unique<GenerationEngine>(std::move(model), options, pool);
  return std::make_unique<EmbeddingEngine>(std::move(model), options, pool);
}

}  // namespace runtime

std::unique_ptr<Engine> load_engine(const std::filesystem::path& engine_file, const EngineOptions& options) {
  return runtime::load_engine_on(WorkerPool::shared(options.threads), engine_file, options);
}

}  // namespace lectern
