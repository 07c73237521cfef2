// Loading an engine onto a worker pool of the caller's choice.
#pragma once

#include <filesystem>
#include <memory>

#include "core/worker_pool.h"
#include "lectern/engine.h"

namespace lectern::runtime {

/// As load_engine; `pool` must outlive the engine, and `options.threads` is ignored.
std::unique_ptr<Engine> load_engine_on(WorkerPool& pool, const std::filesystem::path& engine_file,
                                       const EngineOptions& options);

}  // namespace lectern::runtime
