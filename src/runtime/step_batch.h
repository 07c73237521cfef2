// What one step works on, in arrays of fixed capacity that could be uploaded to any device.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/batch.h"
#include "runtime/scheduler.h"
#include "runtime/sequence.h"

namespace lectern::runtime {

struct StepBatch {
  struct Group {
    std::vector<std::int32_t> block_tables;  // [sequences, table_width]
    std::vector<std::int64_t> slots;         // [tokens]
  };

  std::vector<std::int32_t> token_ids;        // [tokens]
  std::vector<std::int32_t> positions;        // [tokens]
  std::vector<std::int32_t> sequence_starts;  // [sequences + 1]
  std::vector<std::int32_t> output_rows;      // [outputs]
  std::vector<Group> groups;
  int block_size = 0;
  int table_width = 0;

  StepBatch(int kv_groups, int tokens_in_block, int context_length);

  int tokens() const { return static_cast<int>(token_ids.size()); }
  int sequences() const { return static_cast<int>(sequence_starts.size()) - 1; }
  int outputs() const { return static_cast<int>(output_rows.size()); }
  kernels::Batch view() const;

  void clear();
  void add(const Scheduled& part);
  /// A whole text, from position 0, without keys and values.
  void add_text(std::span<const TokenId> text);

 private:
  void add_blocks(const Sequence& sequence, int tokens);
};

}  // namespace lectern::runtime
