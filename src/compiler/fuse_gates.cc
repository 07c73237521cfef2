#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;

constexpr std::int64_t kGroup = 32;  // outputs that the kernel finishes together

// The linear that alone writes what the gate at `gate` alone reads; -1 where there is none.
int linear_to_fuse(const Program& program, const std::vector<BufferUses>& uses, const KernelCall& gate) {
  const Operand& x = gate.inputs[0];
  const BufferUses& of_x = uses[static_cast<std::size_t>(x.buffer)];
  if (!program.is_whole(x) || !program.is_whole(gate.output) || gate.output.columns % kGroup != 0) return -1;
  if (of_x.writers.size() != 1 || of_x.readers.size() != 1 || x.buffer == program.result) return -1;
  const KernelCall& linear = program.calls[static_cast<std::size_t>(of_x.writers[0])];
  const bool fits = linear.op == "linear" && linear.inputs.size() == 1 && program.is_whole(linear.output);
  return fits ? of_x.writers[0] : -1;
}

}  // namespace

void fuse_gates(Program& program) {
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    if (program.calls[i].op != "gated_activation") continue;
    const KernelCall gate = program.calls[i];
    const int linear = linear_to_fuse(program, uses_of_buffers(program), gate);
    if (linear < 0) continue;
    KernelCall& fused = program.calls[static_cast<std::size_t>(linear)];
    fused.op = kernels::name(kernels::Op::kGatedLinear);
    fused.output = gate.output;
    fused.attributes = gate.attributes;
    program.calls.erase(program.calls.begin() + static_cast<std::ptrdiff_t>(i--));
  }
  program.drop_unused();
}

}  // namespace lectern::compiler
