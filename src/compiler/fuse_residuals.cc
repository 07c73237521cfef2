#include <algorithm>

#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;

// The linear whose whole output is `term` and read by nothing but the add at `add`, where `other` is ready before it.
int linear_to_fuse(const Program& program, const std::vector<BufferUses>& uses, std::size_t add, std::size_t side) {
  const Operand& term = program.calls[add].inputs[side];
  const Operand& other = program.calls[add].inputs[1 - side];
  const BufferUses& of_term = uses[static_cast<std::size_t>(term.buffer)];
  if (term.buffer == other.buffer || term.buffer == program.result || !program.is_whole(term)) return -1;
  if (of_term.readers.size() != 1 || of_term.writers.size() != 1) return -1;
  const int writer = of_term.writers[0];
  const KernelCall& linear = program.calls[static_cast<std::size_t>(writer)];
  if (linear.op != "linear" || linear.inputs.size() != 1 || !program.is_whole(linear.output)) return -1;
  const auto& other_writers = uses[static_cast<std::size_t>(other.buffer)].writers;
  return std::all_of(other_writers.begin(), other_writers.end(), [&](int w) { return w < writer; }) ? writer : -1;
}

}  // namespace

void fuse_residuals(Program& program) {
  for (std::size_t add = 0; add < program.calls.size();) {
    if (program.calls[add].op != "add") {
      ++add;
      continue;
    }
    const auto uses = uses_of_buffers(program);
    std::size_t term = 1;
    int linear = linear_to_fuse(program, uses, add, term);
    if (linear < 0) linear = linear_to_fuse(program, uses, add, term = 0);
    if (linear < 0) {
      ++add;
      continue;
    }
    KernelCall& fused = program.calls[static_cast<std::size_t>(linear)];
    fused.inputs.push_back(program.calls[add].inputs[1 - term]);
    fused.output = program.calls[add].output;
    program.calls.erase(program.calls.begin() + static_cast<std::ptrdiff_t>(add));
  }
  program.drop_unused();
}

}  // namespace lectern::compiler
