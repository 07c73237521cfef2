// What the passes work on: kernel calls over virtual buffers, with weights still expressions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/engine_file.h"
#include "graph/weight.h"
#include "kernels/registry.h"

namespace lectern::compiler {

/// Calls, operands and buffers are an engine file's own types; a buffer's offset is the memory plan's to fill in, and a
/// call's weights are indices into `weights`. Until the memory plan, nearly every buffer is written by one call: the
/// exceptions are buffers that several calls fill column by column, and rope, which works in place.
struct Program {
  std::vector<formats::BufferSpec> buffers;
  std::vector<graph::Weight> weights;
  std::vector<formats::KernelCall> calls;
  std::vector<formats::KvGroup> kv_groups;
  int result = -1;

  int add_buffer(std::string name, DType type, formats::Rows rows, std::int64_t columns);
  /// Equal expressions are one weight.
  int add_weight(const graph::Weight& weight);
  formats::Operand whole(int buffer) const;
  bool is_whole(const formats::Operand& operand) const;

  /// Drops buffers and weights that no call names any more, and puts the rest in the order in which calls name them.
  void drop_unused();
};

/// Where a buffer is touched: indices into Program::calls, ascending. Rope both writes and reads its buffer.
struct BufferUses {
  std::vector<int> writers;
  std::vector<int> readers;
};
std::vector<BufferUses> uses_of_buffers(const Program& program);

formats::KernelCall make_call(kernels::Op op, std::vector<formats::Operand> inputs, formats::Operand output,
                              std::map<std::string, double> attributes = {});

/// Whether both name the same columns of the same buffer.
bool same(const formats::Operand& a, const formats::Operand& b);

}  // namespace lectern::compiler
