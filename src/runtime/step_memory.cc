#include "runtime/step_memory.h"

#include <algorithm>
#include <string>

#include "lectern/error.h"

namespace lectern::runtime {
namespace {

constexpr std::size_t kLargestArena = std::size_t{1} << 46;  // what an address space holds

Arena make_arena(std::size_t count, std::size_t bytes) {
  if (bytes != 0 && count > kLargestArena / bytes) {
    throw Error(ErrorCode::kOutOfMemory, "An arena of " + std::to_string(count) + " times " + std::to_string(bytes) +
                                             " bytes is more than a machine has. Use smaller steps.");
  }
  return Arena(count * bytes);
}

}  // namespace

StepMemory::StepMemory(const formats::EngineHeader& header, const StepLimits& capacity, const KvPlan& plan)
    : header_(header),
      kv_type_(plan.type),
      token_ids_(static_cast<std::size_t>(capacity.tokens)),
      positions_(static_cast<std::size_t>(capacity.tokens)),
      sequence_starts_(static_cast<std::size_t>(capacity.sequences) + 1),
      output_rows_(static_cast<std::size_t>(capacity.outputs)) {
  const std::array<int, 3> capacities{capacity.tokens, capacity.sequences, capacity.outputs};
  const std::array<std::size_t, 3> bytes{header.token_arena, header.sequence_arena, header.output_arena};
  for (std::size_t kind = 0; kind < spaces_.size(); ++kind) {
    spaces_[kind] = {capacities[kind], make_arena(static_cast<std::size_t>(capacities[kind]), bytes[kind])};
  }
  for (const auto& group : plan.groups) {
    kv_arenas_.push_back(make_arena(static_cast<std::size_t>(group.blocks), group.block_bytes));
    caches_.push_back({.base = kv_arenas_.back().data(),
                       .block_stride = group.block_bytes,
                       .layer_stride = group.layer_bytes,
                       .block_size = plan.block_size,
                       .kv_heads = group.shape.kv_heads,
                       .head_dim = group.shape.head_dim});
  }
}

void StepMemory::load(const StepBatch& step) {
  std::copy(step.token_ids.begin(), step.token_ids.end(), token_ids_.begin());
  std::copy(step.positions.begin(), step.positions.end(), positions_.begin());
  std::copy(step.sequence_starts.begin(), step.sequence_starts.end(), sequence_starts_.begin());
  std::copy(step.output_rows.begin(), step.output_rows.end(), output_rows_.begin());
  batch_ = {.tokens = step.tokens(),
            .sequences = step.sequences(),
            .token_ids = token_ids_.data(),
            .positions = positions_.data(),
            .sequence_starts = sequence_starts_.data(),
            .outputs = step.outputs(),
            .output_rows = output_rows_.data()};
  for (std::size_t g = 0; g < caches_.size(); ++g) {
    caches_[g].block_tables = step.groups[g].block_tables.data();
    caches_[g].table_width = step.table_width;
    caches_[g].slots = step.groups[g].slots.data();
  }
}

int StepMemory::rows(formats::Rows kind) const {
  switch (kind) {
    case formats::Rows::kTokens:
      return batch_.tokens;
    case formats::Rows::kSequences:
      return batch_.sequences;
    case formats::Rows::kOutputs:
      return batch_.outputs;
  }
  return 0;
}

View StepMemory::buffer(int index) const {
  const auto& spec = header_.buffers[static_cast<std::size_t>(index)];
  const Space& place = space(spec.rows);
  return {.data = place.arena.data() + spec.offset * static_cast<std::size_t>(place.capacity),
          .type = spec.type,
          .rows = 0,
          .columns = spec.columns,
          .stride = spec.row_bytes};
}

}  // namespace lectern::runtime
