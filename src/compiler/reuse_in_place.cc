#include <algorithm>

#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::BufferSpec;
using formats::KernelCall;
using formats::Operand;

// Inputs that may be the output itself, as kernels/ops.h says.
std::vector<Operand> inputs_in_place(const KernelCall& call) {
  const bool has_norm = call.op == "linear" && call.weights[2] >= 0;  // its room comes last
  if (call.op == "linear" && call.inputs.size() == (has_norm ? 3u : 2u)) return {call.inputs[1]};
  if (call.op == "layer_norm") return {call.inputs[0]};
  if (call.op == "add") return call.inputs;
  return {};
}

bool can_reuse(const Program& program, const std::vector<BufferUses>& uses, int call_index, const Operand& input) {
  const KernelCall& call = program.calls[static_cast<std::size_t>(call_index)];
  const BufferSpec& from = program.buffers[static_cast<std::size_t>(input.buffer)];
  const BufferSpec& to = program.buffers[static_cast<std::size_t>(call.output.buffer)];
  const BufferUses& of_input = uses[static_cast<std::size_t>(input.buffer)];
  const bool other_input_is_same = std::count_if(call.inputs.begin(), call.inputs.end(), [&](const Operand& other) {
                                     return other.buffer == input.buffer;
                                   }) > 1;
  return input.buffer != call.output.buffer && input.buffer != program.result && !other_input_is_same &&
         program.is_whole(input) && program.is_whole(call.output) && from.type == to.type && from.rows == to.rows &&
         from.columns == to.columns && of_input.readers.back() == call_index && of_input.writers.back() < call_index &&
         uses[static_cast<std::size_t>(call.output.buffer)].writers.front() == call_index;
}

void rename(Program& program, int from, int to) {
  const auto rename_operand = [&](Operand& operand) {
    if (operand.buffer == from) operand.buffer = to;
  };
  for (KernelCall& call : program.calls) {
    for (Operand& input : call.inputs) rename_operand(input);
    rename_operand(call.output);
  }
  if (program.result == from) program.result = to;
}

}  // namespace

void reuse_in_place(Program& program) {
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    for (const Operand& input : inputs_in_place(program.calls[i])) {
      if (!can_reuse(program, uses_of_buffers(program), static_cast<int>(i), input)) continue;
      rename(program, program.calls[i].output.buffer, input.buffer);
      break;
    }
  }
  program.drop_unused();
}

}  // namespace lectern::compiler
