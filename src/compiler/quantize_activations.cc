#include <algorithm>
#include <map>

#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;

constexpr int kGroup = 32;  // values that share a scale in a kI8G32 row

class Quantization {
 public:
  Quantization(Program& program, const WeightStore& weights)
      : program_(program), weights_(weights), uses_(uses_of_buffers(program)) {}

  void run() {
    std::vector<KernelCall> calls;
    for (const KernelCall& call : program_.calls) {
      calls.push_back(call);
      if (!wants_quantized(call)) continue;
      Operand& x = calls.back().inputs[0];
      if (can_write_quantized(x)) {
        program_.buffers[static_cast<std::size_t>(x.buffer)].type = DType::kI8G32;
        continue;
      }
      const auto [quantized, added] = quantized_.try_emplace({x.buffer, x.column, x.columns});
      if (added) {
        const formats::BufferSpec source = program_.buffers[static_cast<std::size_t>(x.buffer)];
        const int copy = program_.add_buffer(source.name + ".quantized", DType::kI8G32, source.rows, x.columns);
        quantized->second = program_.whole(copy);
        calls.insert(calls.end() - 1, make_call(kernels::Op::kQuantize, {x}, quantized->second));
      }
      calls.back().inputs[0] = quantized->second;
    }
    program_.calls = std::move(calls);
  }

 private:
  bool wants_quantized(const KernelCall& call) const {
    return call.op == "linear" &&
           weights_.activation_type(program_.weights[static_cast<std::size_t>(call.weights[0])]) == DType::kI8G32;
  }

  bool can_write_quantized(const Operand& x) const {
    const BufferUses& uses = uses_[static_cast<std::size_t>(x.buffer)];
    if (!program_.is_whole(x) || uses.writers.size() != 1 || x.buffer == program_.result) return false;
    const auto call_at = [&](int index) -> const KernelCall& {
      return program_.calls[static_cast<std::size_t>(index)];
    };
    return has_quantized_output(call_at(uses.writers[0])) &&
           std::all_of(uses.readers.begin(), uses.readers.end(), [&](int reader) {
             const KernelCall& call = call_at(reader);
             return wants_quantized(call) && same(call.inputs[0], x) &&
                    (call.inputs.size() == 1 || call.inputs[1].buffer != x.buffer);
           });
  }

  // As kernels/ops.h says of each op's output; attention writes head by head, so that a head must be whole groups.
  bool has_quantized_output(const KernelCall& call) const {
    if (call.op == "attention") {
      const auto group = static_cast<std::size_t>(call.attributes.at("group"));
      return program_.kv_groups[group].head_dim % kGroup == 0;
    }
    if (call.op == "encoder_attention") return static_cast<int>(call.attributes.at("head_dim")) % kGroup == 0;
    constexpr std::string_view kOps[] = {"rms_norm",   "layer_norm", "gated_activation",
                                         "activation", "add",        "gather_rows"};
    return std::find(std::begin(kOps), std::end(kOps), call.op) != std::end(kOps);
  }

  Program& program_;
  const WeightStore& weights_;
  std::vector<BufferUses> uses_;
  std::map<std::tuple<int, std::int64_t, std::int64_t>, Operand> quantized_;  // by buffer, column, columns
};

}  // namespace

void quantize_activations(Program& program, const WeightStore& weights) { Quantization(program, weights).run(); }

}  // namespace lectern::compiler
