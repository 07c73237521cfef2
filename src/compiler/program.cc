#include "compiler/program.h"

#include <algorithm>

namespace lectern::compiler {

using formats::KernelCall;
using formats::Operand;

int Program::add_buffer(std::string name, DType type, formats::Rows rows, std::int64_t columns) {
  buffers.push_back({.name = std::move(name), .type = type, .rows = rows, .columns = columns});
  return static_cast<int>(buffers.size()) - 1;
}

int Program::add_weight(const graph::Weight& weight) {
  const auto known =
      std::find_if(weights.begin(), weights.end(), [&](const auto& other) { return other.name() == weight.name(); });
  const auto index = known - weights.begin();
  if (known == weights.end()) weights.push_back(weight);
  return static_cast<int>(index);
}

Operand Program::whole(int buffer) const { return {buffer, 0, buffers[static_cast<std::size_t>(buffer)].columns}; }

bool Program::is_whole(const Operand& operand) const { return same(operand, whole(operand.buffer)); }

void Program::drop_unused() {
  std::vector<int> new_buffer(buffers.size(), -1), new_weight(weights.size(), -1);
  std::vector<formats::BufferSpec> kept_buffers;
  std::vector<graph::Weight> kept_weights;
  const auto renumber = [](int& index, auto& numbers, auto& items, auto& kept) {
    if (index < 0) return;
    int& number = numbers[static_cast<std::size_t>(index)];
    if (number < 0) {
      number = static_cast<int>(kept.size());
      kept.push_back(std::move(items[static_cast<std::size_t>(index)]));
    }
    index = number;
  };
  for (KernelCall& call : calls) {
    for (Operand& input : call.inputs) renumber(input.buffer, new_buffer, buffers, kept_buffers);
    for (int& weight : call.weights) renumber(weight, new_weight, weights, kept_weights);
    renumber(call.output.buffer, new_buffer, buffers, kept_buffers);
  }
  renumber(result, new_buffer, buffers, kept_buffers);
  buffers = std::move(kept_buffers);
  weights = std::move(kept_weights);
}

std::vector<BufferUses> uses_of_buffers(const Program& program) {
  std::vector<BufferUses> uses(program.buffers.size());
  const auto append = [](std::vector<int>& calls, int call) {
    if (calls.empty() || calls.back() != call) calls.push_back(call);
  };
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    const KernelCall& call = program.calls[i];
    for (const Operand& input : call.inputs) {
      append(uses[static_cast<std::size_t>(input.buffer)].readers, static_cast<int>(i));
    }
    if (call.output.buffer >= 0)
      append(uses[static_cast<std::size_t>(call.output.buffer)].writers, static_cast<int>(i));
  }
  return uses;
}

KernelCall make_call(kernels::Op op, std::vector<Operand> inputs, Operand output,
                     std::map<std::string, double> attributes) {
  KernelCall call;
  call.op = kernels::name(op);
  call.inputs = std::move(inputs);
  call.output = output;
  call.attributes = std::move(attributes);
  return call;
}

bool same(const Operand& a, const Operand& b) {
  return a.buffer == b.buffer && a.column == b.column && a.columns == b.columns;
}

}  // namespace lectern::compiler
