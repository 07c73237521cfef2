// Every model family by name.
#pragma once

#include <string>
#include <vector>

#include "formats/checkpoint.h"
#include "formats/engine_file.h"
#include "graph/graph.h"

namespace lectern::models {

struct Model {
  formats::ModelConfig config;
  graph::Graph graph;
};

/// The model that `checkpoint` holds, by its family's definition. Throws Error kUnsupported for an unknown family,
/// kCorrupt for hyper-parameters or tensors that do not fit each other.
Model build_model(const formats::Checkpoint& checkpoint);

std::vector<std::string> known_families();

// The definitions, one file each.
Model build_llama(const formats::Checkpoint& checkpoint);
Model build_qwen2(const formats::Checkpoint& checkpoint);
Model build_bert(const formats::Checkpoint& checkpoint);

}  // namespace lectern::models
