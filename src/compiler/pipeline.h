// From a checkpoint to an engine file, step by step.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "compiler/memory_plan.h"
#include "compiler/program.h"
#include "compiler/weight_store.h"
#include "graph/graph.h"
#include "lectern/compile.h"

namespace lectern::compiler {

/// Lowers the graph and runs every pass.
Program build_program(const graph::Graph& graph, const WeightStore& weights);

struct EngineOutput {
  std::filesystem::path path;
  std::string source_hash;
  WeightPrecision precision = WeightPrecision::kAuto;
  ProgressCallback progress;
  std::stop_token stop = {};
};

/// Plans memory and writes the engine file.
void write_engine(const formats::Checkpoint& checkpoint, const formats::ModelConfig& config, Program program,
                  const WeightStore& weights, const EngineOutput& output);

/// The instruction set that `options` ask for. Throws Error kInvalidArgument for an unknown one.
Isa target_of(const CompileOptions& options);
std::string_view name(WeightPrecision precision);

/// All of it, for the target that `options` name.
void compile_checkpoint(const formats::Checkpoint& checkpoint, const CompileOptions& options,
                        const EngineOutput& output);

}  // namespace lectern::compiler
