#include <optional>

#include "compiler/passes.h"
#include "kernels/registry.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;

constexpr std::int64_t kGroup = 32;  // outputs that the kernel finishes together

// What a linear becomes with `call` behind it; nothing where that is no activation.
std::optional<kernels::Op> fused_op(const KernelCall& call) {
  if (call.op == "gated_activation") return kernels::Op::kGatedLinear;
  if (call.op == "activation") return kernels::Op::kActivatedLinear;
  return {};
}

// The linear that alone writes what `activation` alone reads; -1 where there is none.
int linear_to_fuse(const Program& program, const std::vector<BufferUses>& uses, const KernelCall& activation) {
  const Operand& x = activation.inputs[0];
  const BufferUses& of_x = uses[static_cast<std::size_t>(x.buffer)];
  if (!program.is_whole(x) || !program.is_whole(activation.output) || activation.output.columns % kGroup != 0)
    return -1;
  if (of_x.writers.size() != 1 || of_x.readers.size() != 1 || x.buffer == program.result) return -1;
  const KernelCall& linear = program.calls[static_cast<std::size_t>(of_x.writers[0])];
  const bool fits = linear.op == "linear" && linear.inputs.size() == 1 && program.is_whole(linear.output);
  return fits ? of_x.writers[0] : -1;
}

}  // namespace

void fuse_activations(Program& program) {
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    const auto op = fused_op(program.calls[i]);
    if (!op) continue;
    const KernelCall activation = program.calls[i];
    const int linear = linear_to_fuse(program, uses_of_buffers(program), activation);
    if (linear < 0) continue;
    KernelCall& fused = program.calls[static_cast<std::size_t>(linear)];
    fused.op = kernels::name(*op);
    fused.output = activation.output;
    fused.attributes = activation.attributes;
    program.calls.erase(program.calls.begin() + static_cast<std::ptrdiff_t>(i--));
  }
  program.drop_unused();
}

}  // namespace lectern::compiler
