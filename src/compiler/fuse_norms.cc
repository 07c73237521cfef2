#include <algorithm>

#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;

bool has_matrix(const KernelCall& call) {
  return call.op == "linear" || call.op == "gated_linear" || call.op == "activated_linear" || call.op == "qkv_linear";
}

// Each reader must take the norm's output as its rows, and nothing else of it.
bool can_fuse(const Program& program, const BufferUses& of_output, const KernelCall& norm) {
  if (!program.is_whole(norm.output) || norm.output.buffer == program.result || of_output.writers.size() != 1)
    return false;
  return std::all_of(of_output.readers.begin(), of_output.readers.end(), [&](int index) {
    const KernelCall& reader = program.calls[static_cast<std::size_t>(index)];
    const auto times = std::count_if(reader.inputs.begin(), reader.inputs.end(),
                                     [&](const Operand& input) { return input.buffer == norm.output.buffer; });
    return has_matrix(reader) && times == 1 && same(reader.inputs[0], norm.output) && reader.weights[2] < 0;
  });
}

}  // namespace

void fuse_norms(Program& program) {
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    const KernelCall norm = program.calls[i];
    if (norm.op != "rms_norm") continue;
    const BufferUses uses = uses_of_buffers(program)[static_cast<std::size_t>(norm.output.buffer)];
    if (!can_fuse(program, uses, norm)) continue;
    for (const int reader : uses.readers) {
      KernelCall& fused = program.calls[static_cast<std::size_t>(reader)];
      fused.inputs[0] = norm.inputs[0];
      fused.inputs.push_back(norm.output);
      fused.weights[2] = norm.weights[0];
      fused.attributes["eps"] = norm.attributes.at("eps");
    }
    program.calls.erase(program.calls.begin() + static_cast<std::ptrdiff_t>(i--));
  }
  program.drop_unused();
}

}  // namespace lectern::compiler
