#include "graph/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lectern/error.h"

namespace lectern::graph {
namespace {

std::string describe(Value value) {
  constexpr std::string_view kRowNames[] = {"tokens", "sequences", "outputs"};
  return fmt::format("[{}, {}]", kRowNames[static_cast<int>(value.rows)], value.columns);
}

std::string describe(const Weight& weight) {
  return weight.is_vector() ? fmt::format("{} [{}]", weight.name(), weight.row_count())
                            : fmt::format("{} [{}, {}]", weight.name(), weight.row_count(), weight.columns());
}

void require(bool condition, Op op, const std::string& problem) {
  if (!condition) throw Error(ErrorCode::kInvalidArgument, fmt::format("{}: {}", name(op), problem));
}

void require_vector(const Weight& weight, std::int64_t size, Op op) {
  require(weight.is_vector() && weight.row_count() == size, op,
          fmt::format("{} is not a vector of {}", describe(weight), size));
}

void require_eps(float eps, Op op) {
  require(std::isfinite(eps) && eps >= 0 && eps < 1, op, fmt::format("eps is {}", eps));
}

void require_heads(Value x, std::int64_t heads, std::int64_t head_dim, Op op) {
  require(heads > 0 && head_dim > 0 && x.rows == Rows::kTokens && x.columns == heads * head_dim, op,
          fmt::format("{} is not {} heads of {} for each token", describe(x), heads, head_dim));
}

void require_scale(float scale, Op op) {
  require(std::isfinite(scale) && scale > 0, op, fmt::format("the scale is {}", scale));
}

}  // namespace

std::string_view name(Op op) {
  constexpr std::string_view kNames[] = {
      "embedding",         "linear", "rms_norm",   "layer_norm", "rotary_table",   "rope",     "attention",
      "encoder_attention", "gate",   "activation", "add",        "gather_outputs", "mean_pool"};
  return kNames[static_cast<int>(op)];
}

Value Graph::append(Op op, std::vector<Value> inputs, std::vector<Weight> weights, Attributes attributes, Value shape) {
  for (const Value& input : inputs) {
    require(input.node >= 0 && input.node < static_cast<int>(nodes_.size()), op, "an input is of another graph");
  }
  shape.node = static_cast<int>(nodes_.size());
  nodes_.push_back({op, std::move(inputs), std::move(weights), std::move(attributes), shape});
  return shape;
}

Value Graph::embedding(const Weight& table, Ids ids) {
  return append(Op::kEmbedding, {}, {table}, ids, {.rows = Rows::kTokens, .columns = table.columns()});
}

Value Graph::linear(Value x, const Weight& matrix, const std::optional<Weight>& bias) {
  require(matrix.columns() == x.columns, Op::kLinear,
          fmt::format("{} does not fit an input of {}", describe(matrix), describe(x)));
  std::vector<Weight> weights{matrix};
  if (bias) {
    require_vector(*bias, matrix.row_count(), Op::kLinear);
    weights.push_back(*bias);
  }
  return append(Op::kLinear, {x}, std::move(weights), {}, {.rows = x.rows, .columns = matrix.row_count()});
}

Value Graph::rms_norm(Value x, const Weight& weight, float eps) {
  require_vector(weight, x.columns, Op::kRmsNorm);
  require_eps(eps, Op::kRmsNorm);
  return append(Op::kRmsNorm, {x}, {weight}, Eps{eps}, x);
}

Value Graph::layer_norm(Value x, const Weight& weight, const Weight& bias, float eps) {
  require_vector(weight, x.columns, Op::kLayerNorm);
  require_vector(bias, x.columns, Op::kLayerNorm);
  require_eps(eps, Op::kLayerNorm);
  return append(Op::kLayerNorm, {x}, {weight, bias}, Eps{eps}, x);
}

Value Graph::rotary_table(const Weight& frequencies, float attention_factor) {
  require_vector(frequencies, frequencies.row_count(), Op::kRotaryTable);
  require(std::isfinite(attention_factor) && attention_factor > 0, Op::kRotaryTable,
          fmt::format("the attention factor is {}", attention_factor));
  return append(Op::kRotaryTable, {}, {frequencies}, RotaryTable{attention_factor},
                {.rows = Rows::kTokens, .columns = 2 * frequencies.row_count()});
}

Value Graph::rope(Value x, Value table, const Rope& attributes) {
  require_heads(x, attributes.heads, attributes.head_dim, Op::kRope);
  require(table.rows == Rows::kTokens && table.columns % 2 == 0 && table.columns <= attributes.head_dim, Op::kRope,
          fmt::format("a table of {} does not fit heads of {}", describe(table), attributes.head_dim));
  return append(Op::kRope, {x, table}, {}, attributes, x);
}

Value Graph::attention(Value q, Value k, Value v, const Attention& attributes) {
  require_heads(q, attributes.heads, attributes.head_dim, Op::kAttention);
  require_heads(k, attributes.kv_heads, attributes.head_dim, Op::kAttention);
  require_heads(v, attributes.kv_heads, attributes.head_dim, Op::kAttention);
  require(attributes.heads % attributes.kv_heads == 0, Op::kAttention,
          fmt::format("{} query heads cannot share {} key heads", attributes.heads, attributes.kv_heads));
  require(attributes.window >= 0, Op::kAttention, fmt::format("the window is {}", attributes.window));
  require_scale(attributes.scale, Op::kAttention);

  auto group = std::find_if(kv_groups_.begin(), kv_groups_.end(), [&](const KvGroup& g) {
    return g.kv_heads == attributes.kv_heads && g.head_dim == attributes.head_dim && g.window == attributes.window;
  });
  if (group == kv_groups_.end()) {
    group = kv_groups_.insert(group, {0, attributes.kv_heads, attributes.head_dim, attributes.window});
  }
  Attention placed = attributes;
  placed.kv_group = static_cast<int>(group - kv_groups_.begin());
  placed.kv_layer = group->layers++;
  return append(Op::kAttention, {q, k, v}, {}, placed, q);
}

Value Graph::encoder_attention(Value q, Value k, Value v, const EncoderAttention& attributes) {
  for (Value x : {q, k, v}) require_heads(x, attributes.heads, attributes.head_dim, Op::kEncoderAttention);
  require_scale(attributes.scale, Op::kEncoderAttention);
  return append(Op::kEncoderAttention, {q, k, v}, {}, attributes, q);
}

Value Graph::gate(Value gate, Value up, Activation activation) {
  require(gate.rows == up.rows && gate.columns == up.columns, Op::kGate,
          fmt::format("{} and {} differ", describe(gate), describe(up)));
  return append(Op::kGate, {gate, up}, {}, activation, gate);
}

Value Graph::activation(Value x, Activation activation) { return append(Op::kActivation, {x}, {}, activation, x); }

Value Graph::add(Value a, Value b) {
  require(a.rows == b.rows && a.columns == b.columns, Op::kAdd,
          fmt::format("{} and {} differ", describe(a), describe(b)));
  return append(Op::kAdd, {a, b}, {}, {}, a);
}

Value Graph::gather_outputs(Value x) {
  require(x.rows == Rows::kTokens, Op::kGatherOutputs, fmt::format("{} has no row for each token", describe(x)));
  return append(Op::kGatherOutputs, {x}, {}, {}, {.rows = Rows::kOutputs, .columns = x.columns});
}

Value Graph::mean_pool(Value x) {
  require(x.rows == Rows::kTokens, Op::kMeanPool, fmt::format("{} has no row for each token", describe(x)));
  return append(Op::kMeanPool, {x}, {}, {}, {.rows = Rows::kSequences, .columns = x.columns});
}

void Graph::set_result(Value value) {
  if (value.node < 0 || value.node >= static_cast<int>(nodes_.size()) || value.rows == Rows::kTokens) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the result {} is not of outputs or of sequences", describe(value)));
  }
  result_ = value;
}

}  // namespace lectern::graph
