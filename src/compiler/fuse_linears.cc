#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using graph::Weight;

const Weight& matrix(const Program& program, const KernelCall& linear) {
  return program.weights[static_cast<std::size_t>(linear.weights[0])];
}

bool can_join(const Program& program, const WeightStore& weights, const KernelCall& a, const KernelCall& b) {
  return b.op == "linear" && b.inputs.size() == 1 && same(a.inputs[0], b.inputs[0]) &&
         a.output.buffer == b.output.buffer && (a.weights[1] < 0) == (b.weights[1] < 0) &&
         weights.can_join(matrix(program, a), matrix(program, b));
}

}  // namespace

void fuse_linears(Program& program, const WeightStore& weights) {
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    const KernelCall first = program.calls[i];
    if (first.op != "linear" || first.inputs.size() != 1) continue;
    std::vector<Weight> matrices{matrix(program, first)}, biases;
    const auto bias_of = [&](const KernelCall& call) {
      if (call.weights[1] >= 0) biases.push_back(program.weights[static_cast<std::size_t>(call.weights[1])]);
    };
    bias_of(first);
    formats::Operand output = first.output;
    for (std::size_t j = i + 1; j < program.calls.size(); ++j) {
      const KernelCall& next = program.calls[j];
      if (!can_join(program, weights, first, next) || next.output.column != output.column + output.columns) continue;
      matrices.push_back(matrix(program, next));
      bias_of(next);
      output.columns += next.output.columns;
      program.calls.erase(program.calls.begin() + static_cast<std::ptrdiff_t>(j--));
    }
    if (matrices.size() == 1) continue;
    const int bias = biases.empty() ? -1 : program.add_weight(Weight::concatenate(std::move(biases)));
    program.calls[i].weights[0] = program.add_weight(Weight::concatenate(std::move(matrices)));
    program.calls[i].weights[1] = bias;
    program.calls[i].output = output;
  }
  program.drop_unused();
}

}  // namespace lectern::compiler
