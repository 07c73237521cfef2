#include <algorithm>

#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;

bool overlap(const Operand& a, const Operand& b) {
  return a.buffer == b.buffer && a.column < b.column + b.columns && b.column < a.column + a.columns;
}

bool can_join(const KernelCall& a, const KernelCall& b) {
  return b.op == "rope" && a.output.buffer == b.output.buffer &&
         a.output.column + a.output.columns == b.output.column && same(a.inputs[1], b.inputs[1]) &&
         a.attributes.at("head_dim") == b.attributes.at("head_dim") &&
         a.attributes.at("interleaved") == b.attributes.at("interleaved");
}

bool touches(const KernelCall& call, const Operand& operand) {
  return overlap(call.output, operand) || std::any_of(call.inputs.begin(), call.inputs.end(),
                                                      [&](const Operand& input) { return overlap(input, operand); });
}

}  // namespace

void fuse_ropes(Program& program) {
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    if (program.calls[i].op != "rope") continue;
    const KernelCall first = program.calls[i];
    for (std::size_t j = i + 1; j < program.calls.size(); ++j) {
      KernelCall& second = program.calls[j];
      if (can_join(first, second)) {
        second.output.column = first.output.column;
        second.output.columns += first.output.columns;
        second.inputs[0] = second.output;
        second.attributes["heads"] += first.attributes.at("heads");
        program.calls.erase(program.calls.begin() + static_cast<std::ptrdiff_t>(i--));
        break;
      }
      // The first can move down to the second only past calls that have nothing to do with its heads.
      if (touches(second, first.output)) break;
    }
  }
}

}  // namespace lectern::compiler
