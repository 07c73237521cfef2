#include "compiler/lowering.h"

#include <fmt/format.h>

#include <optional>

#include "kernels/ops.h"
#include "kernels/registry.h"
#include "lectern/error.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;
using graph::Graph;
using graph::Node;
using graph::Op;
using graph::Value;

static_assert(static_cast<int>(graph::Activation::kSilu) == static_cast<int>(kernels::Activation::kSilu) &&
              static_cast<int>(graph::Activation::kGelu) == static_cast<int>(kernels::Activation::kGelu) &&
              static_cast<int>(graph::Activation::kGeluTanh) == static_cast<int>(kernels::Activation::kGeluTanh));
static_assert(static_cast<int>(graph::Rows::kSequences) == static_cast<int>(formats::Rows::kSequences) &&
              static_cast<int>(graph::Rows::kOutputs) == static_cast<int>(formats::Rows::kOutputs));

class Lowering {
 public:
  explicit Lowering(const Graph& graph) : graph_(graph), operands_(graph.nodes().size()), uses_(graph.nodes().size()) {
    for (const Node& node : graph.nodes()) {
      for (const Value& input : node.inputs) ++uses_[index(input)];
    }
  }

  Program run() {
    for (const auto& group : graph_.kv_groups()) {
      program_.kv_groups.push_back({group.layers, group.kv_heads, group.head_dim, group.window});
    }
    for (const Node& node : graph_.nodes()) place_inputs(node);
    for (const Node& node : graph_.nodes()) lower(node);
    if (graph_.result().node < 0) throw Error(ErrorCode::kInvalidArgument, "the graph has no result");
    program_.result = operand(graph_.result()).buffer;
    return std::move(program_);
  }

 private:
  static std::size_t index(const Value& value) { return static_cast<std::size_t>(value.node); }
  const Node& node_of(const Value& value) const { return graph_.nodes()[index(value)]; }

  // Gives the inputs of `node` one buffer, side by side, where its kernel or a later fusion wants that.
  void place_inputs(const Node& node) {
    if (node.op == Op::kGate) {
      if (!try_place(node.inputs, "gate_up")) {
        throw Error(ErrorCode::kUnsupported, "gate: its inputs must be two values that nothing else places or rotates");
      }
    }
    if (node.op != Op::kAttention && node.op != Op::kEncoderAttention) return;
    std::vector<Value> roots;
    for (Value value : node.inputs) {
      while (node_of(value).op == Op::kRope) value = node_of(value).inputs[0];
      if (node_of(value).op != Op::kLinear) return;
      if (!roots.empty() && node_of(value).inputs[0].node != node_of(roots[0]).inputs[0].node) return;
      roots.push_back(value);
    }
    try_place(roots, "qkv");
  }

  bool try_place(const std::vector<Value>& values, const char* name) {
    std::int64_t columns = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (operands_[index(values[i])] || uses_[index(values[i])] != 1 || node_of(values[i]).op == Op::kRope)
        return false;
      columns += values[i].columns;
    }
    const int buffer = add_buffer(name, values[0].rows, columns);
    std::int64_t column = 0;
    for (const Value& value : values) {
      operands_[index(value)] = Operand{buffer, column, value.columns};
      column += value.columns;
    }
    return true;
  }

  int add_buffer(std::string_view name, graph::Rows rows, std::int64_t columns) {
    return program_.add_buffer(fmt::format("{}.{}", name, program_.buffers.size()), DType::kF32,
                               static_cast<formats::Rows>(rows), columns);
  }

  const Operand& operand(const Value& value) {
    auto& placed = operands_[index(value)];
    if (!placed) placed = program_.whole(add_buffer(name(node_of(value).op), value.rows, value.columns));
    return *placed;
  }

  KernelCall& emit(const Node& node, kernels::Op op, std::map<std::string, double> attributes = {}) {
    std::vector<Operand> inputs;
    for (const Value& input : node.inputs) inputs.push_back(operand(input));
    KernelCall call = make_call(op, std::move(inputs), operand(node.output), std::move(attributes));
    for (const auto& weight : node.weights) call.weights.push_back(program_.add_weight(weight));
    program_.calls.push_back(std::move(call));
    return program_.calls.back();
  }

  void lower(const Node& node) {
    const auto activation = [&] { return static_cast<double>(std::get<graph::Activation>(node.attributes)); };
    switch (node.op) {
      case Op::kEmbedding: {
        emit(node, kernels::Op::kEmbedding, {{"ids", static_cast<double>(std::get<graph::Ids>(node.attributes))}});
        return;
      }
      case Op::kLinear: {
        KernelCall& call = emit(node, kernels::Op::kLinear);
        call.weights.resize(3, -1);  // no bias, no norm
        return;
      }
      case Op::kRmsNorm:
        emit(node, kernels::Op::kRmsNorm, {{"eps", std::get<graph::Eps>(node.attributes).value}});
        return;
      case Op::kLayerNorm:
        emit(node, kernels::Op::kLayerNorm, {{"eps", std::get<graph::Eps>(node.attributes).value}});
        return;
      case Op::kRotaryTable:
        emit(node, kernels::Op::kRotaryTable,
             {{"half", static_cast<double>(node.output.columns / 2)},
              {"attention_factor", std::get<graph::RotaryTable>(node.attributes).attention_factor}});
        return;
      case Op::kRope:
        return lower_rope(node);
      case Op::kAttention:
        return lower_attention(node);
      case Op::kEncoderAttention: {
        const auto& a = std::get<graph::EncoderAttention>(node.attributes);
        emit(node, kernels::Op::kEncoderAttention, {{"heads", a.heads}, {"head_dim", a.head_dim}, {"scale", a.scale}});
        return;
      }
      case Op::kGate: {
        const Operand gate = operand(node.inputs[0]);
        KernelCall& call = emit(node, kernels::Op::kGatedActivation, {{"activation", activation()}});
        call.inputs = {{gate.buffer, gate.column, 2 * gate.columns}};
        return;
      }
      case Op::kActivation:
        emit(node, kernels::Op::kActivation, {{"activation", activation()}});
        return;
      case Op::kAdd:
        emit(node, kernels::Op::kAdd);
        return;
      case Op::kGatherOutputs:
        emit(node, kernels::Op::kGatherRows);
        return;
      case Op::kMeanPool:
        emit(node, kernels::Op::kMeanPool);
        return;
    }
    throw Error(ErrorCode::kInternal, "an op without a lowering");
  }

  void lower_rope(const Node& node) {
    if (uses_[index(node.inputs[0])] != 1) {
      throw Error(ErrorCode::kUnsupported, "rope: its input is used elsewhere, and it works in place");
    }
    operands_[index(node.output)] = operand(node.inputs[0]);
    const auto& a = std::get<graph::Rope>(node.attributes);
    emit(node, kernels::Op::kRope,
         {{"heads", a.heads}, {"head_dim", a.head_dim}, {"interleaved", a.interleaved ? 1.0 : 0.0}});
  }

  void lower_attention(const Node& node) {
    const auto& a = std::get<graph::Attention>(node.attributes);
    const double group = a.kv_group, layer = a.kv_layer;
    program_.calls.push_back(make_call(kernels::Op::kKvWrite, {operand(node.inputs[1]), operand(node.inputs[2])}, {},
                                       {{"group", group}, {"layer", layer}}));
    KernelCall& call =
        emit(node, kernels::Op::kAttention,
             {{"group", group}, {"layer", layer}, {"heads", a.heads}, {"window", a.window}, {"scale", a.scale}});
    call.inputs.resize(1);
  }

  const Graph& graph_;
  Program program_;
  std::vector<std::optional<Operand>> operands_;  // of each node's output
  std::vector<int> uses_;
};

}  // namespace

Program lower(const Graph& graph) { return Lowering(graph).run(); }

}  // namespace lectern::compiler
