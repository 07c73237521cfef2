#include "runtime/step_batch.h"

#include <algorithm>

namespace lectern::runtime {

StepBatch::StepBatch(int kv_groups, int tokens_in_block, int context_length)
    : sequence_starts{0},
      groups(static_cast<std::size_t>(kv_groups)),
      block_size(tokens_in_block),
      table_width((context_length + tokens_in_block - 1) / tokens_in_block) {}

kernels::Batch StepBatch::view() const {
  return {.tokens = tokens(),
          .sequences = sequences(),
          .token_ids = token_ids.data(),
          .positions = positions.data(),
          .sequence_starts = sequence_starts.data(),
          .outputs = outputs(),
          .output_rows = output_rows.data()};
}

void StepBatch::clear() {
  token_ids.clear();
  positions.clear();
  sequence_starts.assign(1, 0);
  output_rows.clear();
  for (auto& group : groups) {
    group.block_tables.clear();
    group.slots.clear();
  }
}

void StepBatch::add(const Scheduled& part) {
  const Sequence& sequence = *part.sequence;
  for (int i = sequence.computed; i < sequence.computed + part.rows(); ++i) {
    const bool drafted = i >= sequence.size();
    const auto& source = drafted ? sequence.draft : sequence.tokens;
    token_ids.push_back(source[static_cast<std::size_t>(drafted ? i - sequence.size() : i)]);
    positions.push_back(i);
  }
  for (int row = tokens() - part.outputs; row < tokens(); ++row) output_rows.push_back(row);
  sequence_starts.push_back(tokens());
  add_blocks(sequence, part.rows());
}

void StepBatch::add_blocks(const Sequence& sequence, int tokens) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& blocks = sequence.tables[g].blocks;
    auto& tables = groups[g].block_tables;
    tables.insert(tables.end(), blocks.begin(), blocks.end());
    tables.resize(tables.size() + static_cast<std::size_t>(table_width) - blocks.size(), -1);
    for (int i = sequence.computed; i < sequence.computed + tokens; ++i) {
      const std::int64_t block = blocks[static_cast<std::size_t>(i / block_size)];
      groups[g].slots.push_back(block * block_size + i % block_size);
    }
  }
}

void StepBatch::add_text(std::span<const TokenId> text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    token_ids.push_back(text[i]);
    positions.push_back(static_cast<std::int32_t>(i));
  }
  sequence_starts.push_back(tokens());
}

}  // namespace lectern::runtime
