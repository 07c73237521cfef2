// How a memory budget becomes blocks of each KV group.
#pragma once

#include <cstddef>
#include <vector>

#include "core/dtype.h"
#include "core/isa.h"
#include "formats/engine_file.h"
#include "lectern/engine.h"

namespace lectern::runtime {

struct KvPlan {
  struct Group {
    formats::KvGroup shape;
    std::size_t layer_bytes = 0;  // keys and values of one layer in one block
    std::size_t block_bytes = 0;  // of all the group's layers
    int blocks = 0;
  };
  DType type = DType::kF16;
  int block_size = 0;  // tokens
  std::vector<Group> groups;
};

/// As many blocks as `options.kv_bytes` holds, so that all groups serve the same number of tokens; of a windowed group
/// no more than the running sequences can hold. Throws Error kOutOfMemory where not even one block of each group fits.
KvPlan plan_kv(const formats::EngineHeader& header, Isa target, const EngineOptions& options);

DType kv_dtype(KvType type, Isa target);

}  // namespace lectern::runtime
