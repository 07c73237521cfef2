#include <algorithm>
#include <map>

#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;
using formats::Rows;

bool works_row_by_row(const KernelCall& call) {
  constexpr std::string_view kOps[] = {"linear", "rms_norm", "layer_norm", "gated_activation", "activation", "add"};
  return std::find(std::begin(kOps), std::end(kOps), call.op) != std::end(kOps);
}

bool is_gather(const KernelCall& call) { return call.op == "gather_rows"; }

// Buffers of tokens that only gathers read, directly or through ops that work row by row. One writer or reader that
// needs all tokens spoils a buffer, and with it what its other writers read: hence until nothing changes.
std::vector<bool> wanted_for_outputs_alone(const Program& program) {
  std::vector<bool> alone(program.buffers.size(), true);
  bool changed = true;
  const auto spoil = [&](const Operand& operand) {
    if (operand.buffer < 0 || !alone[static_cast<std::size_t>(operand.buffer)]) return;
    alone[static_cast<std::size_t>(operand.buffer)] = false;
    changed = true;
  };
  const auto narrow = [&](const KernelCall& call) {
    const auto buffer = static_cast<std::size_t>(call.output.buffer);
    return works_row_by_row(call) && alone[buffer] && program.buffers[buffer].rows == Rows::kTokens;
  };
  while (changed) {
    changed = false;
    for (auto call = program.calls.rbegin(); call != program.calls.rend(); ++call) {
      if (is_gather(*call) || narrow(*call)) continue;
      for (const Operand& input : call->inputs) spoil(input);
      spoil(call->output);
    }
  }
  return alone;
}

class Narrowing {
 public:
  explicit Narrowing(Program& program) : program_(program), alone_(wanted_for_outputs_alone(program)) {}

  void run() {
    std::vector<KernelCall> calls = std::move(program_.calls);
    program_.calls.clear();
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) {
      if (is_narrow(static_cast<int>(i))) program_.buffers[i].rows = Rows::kOutputs;
    }
    for (KernelCall& call : calls) {
      if (is_gather(call)) {
        renamed_[call.output.buffer] = gathered(call.inputs[0]);
        continue;
      }
      const bool narrow = call.output.buffer >= 0 && is_narrow(call.output.buffer);
      for (Operand& input : call.inputs) {
        const auto renamed = renamed_.find(input.buffer);
        if (renamed != renamed_.end())
          input = within(renamed->second, input);
        else if (narrow)
          input = gathered(input);
      }
      program_.calls.push_back(std::move(call));
    }
    const auto result = renamed_.find(program_.result);
    if (result != renamed_.end()) program_.result = result->second.buffer;
  }

 private:
  bool is_narrow(int buffer) const {
    return static_cast<std::size_t>(buffer) < alone_.size() && alone_[static_cast<std::size_t>(buffer)];
  }

  static Operand within(const Operand& whole, const Operand& part) {
    return {whole.buffer, whole.column + part.column, part.columns};
  }

  // The rows of `source` that are outputs: themselves where it is narrow already, else by a gather, once.
  Operand gathered(const Operand& source) {
    if (is_narrow(source.buffer)) return source;
    for (const auto& [from, to] : gathers_) {
      if (same(from, source)) return to;
    }
    const std::string name = program_.buffers[static_cast<std::size_t>(source.buffer)].name + ".outputs";
    const Operand out = program_.whole(program_.add_buffer(name, DType::kF32, Rows::kOutputs, source.columns));
    program_.calls.push_back(make_call(kernels::Op::kGatherRows, {source}, out));
    gathers_.emplace_back(source, out);
    return out;
  }

  Program& program_;
  std::vector<bool> alone_;
  std::map<int, Operand> renamed_;  // outputs of gathers that are gone
  std::vector<std::pair<Operand, Operand>> gathers_;
};

}  // namespace

void narrow_to_outputs(Program& program) {
  Narrowing(program).run();
  program.drop_unused();
}

}  // namespace lectern::compiler
