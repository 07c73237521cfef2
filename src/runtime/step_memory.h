// The memory that the kernel calls of a CPU step point to, fixed when an engine is loaded.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/view.h"
#include "formats/engine_file.h"
#include "kernels/batch.h"
#include "runtime/kv_plan.h"
#include "runtime/memory.h"
#include "runtime/step_batch.h"

namespace lectern::runtime {

/// Not movable: kernel arguments hold addresses of its members.
class StepMemory {
 public:
  StepMemory(const formats::EngineHeader& header, const StepLimits& capacity, const KvPlan& plan);
  StepMemory(const StepMemory&) = delete;

  /// Takes over a step's arrays; block tables and slots are only pointed to.
  void load(const StepBatch& step);

  /// Rows of a kind in the step that was loaded.
  int rows(formats::Rows kind) const;
  /// All columns of a buffer; its rows are not set.
  View buffer(int index) const;

  const kernels::Batch* batch() const { return &batch_; }
  const kernels::KvCache* cache(int group) const { return &caches_[static_cast<std::size_t>(group)]; }
  int groups() const { return static_cast<int>(caches_.size()); }
  DType kv_type() const { return kv_type_; }
  const std::int32_t* token_ids() const { return token_ids_.data(); }
  const std::int32_t* positions() const { return positions_.data(); }
  const std::int32_t* output_rows() const { return output_rows_.data(); }

 private:
  struct Space {  // of one row kind
    int capacity = 0;
    Arena arena;
  };
  const Space& space(formats::Rows kind) const { return spaces_[static_cast<std::size_t>(kind)]; }

  const formats::EngineHeader& header_;
  std::array<Space, 3> spaces_;  // by Rows
  std::vector<Arena> kv_arenas_;
  DType kv_type_;
  std::vector<std::int32_t> token_ids_, positions_, sequence_starts_, output_rows_;
  kernels::Batch batch_;
  std::vector<kernels::KvCache> caches_;
};

}  // namespace lectern::runtime
