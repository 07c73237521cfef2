#include "runtime/cpu_binder.h"

#include <climits>
#include <cmath>
#include <optional>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::runtime {

using formats::Operand;
using formats::Rows;
using kernels::Op;

namespace {
// Far above any model's; sizes of matrices computed from it stay within 64 bits.
constexpr std::int64_t kMostColumns = 1 << 24, kMostRows = 1 << 24;
// The vector kernels of attention keep a head's vectors in registers and small arrays.
constexpr int kHeadDimStep = 16, kMostHeadDim = 256;
constexpr std::int64_t kFinishedGroup = 32;  // outputs that gated_linear and activated_linear finish together
}  // namespace

CpuBinder::CpuBinder(const formats::EngineFile& file, Isa isa, const StepMemory& memory, CpuProgram& program)
    : file_(file), header_(file.header()), isa_(isa), memory_(memory), program_(program) {}

void CpuBinder::bind() {
  for (index_ = 0; index_ < header_.program.size(); ++index_) {
    call_ = &header_.program[index_];
    const auto op = kernels::op_from_name(call_->op);
    if (!op) refuse("is an operation that this Lectern does not have");
    bind_call(*op);
  }
}

void CpuBinder::bind_call(Op op) {
  switch (op) {
    case Op::kEmbedding:
      return embedding();
    case Op::kRmsNorm:
      return rms_norm();
    case Op::kLayerNorm:
      return layer_norm();
    case Op::kLinear:
      return linear();
    case Op::kRotaryTable:
      return rotary_table();
    case Op::kRope:
      return rope();
    case Op::kKvWrite:
      return kv_write();
    case Op::kAttention:
      return attention();
    case Op::kEncoderAttention:
      return encoder_attention();
    case Op::kGatedActivation:
      return gated_activation();
    case Op::kActivation:
      return activation();
    case Op::kAdd:
      return add();
    case Op::kGatherRows:
      return gather_rows();
    case Op::kQuantize:
      return quantize();
    case Op::kMeanPool:
      return mean_pool();
    case Op::kGatedLinear:
      return gated_linear();
    case Op::kActivatedLinear:
      return activated_linear();
    case Op::kQkvLinear:
      return qkv_linear();
  }
}

void CpuBinder::embedding() {
  auto& args = append<kernels::EmbeddingArgs>(0, 1);
  float_output(args.out);
  args.table = table(0, args.plain);
  require(args.table.columns == args.out.columns, "has an output that is not as wide as its table");
  require(program_.calls_.back().rows == Rows::kTokens, "does not run over tokens");
  const int ids = integer("ids", 0, 2);
  args.ids = ids == 0 ? memory_.token_ids() : ids == 1 ? memory_.positions() : nullptr;
  const int most = ids == 0 ? header_.config.vocabulary_size : ids == 1 ? header_.config.context_length : 1;
  require(args.table.rows >= most, "has a table with too few rows");
}

void CpuBinder::rms_norm() {
  auto& args = append<kernels::RmsNormArgs>(1, 1);
  input(args.x, 0);
  output(args.out);
  require(args.x.columns == args.out.columns, "has an output that is not as wide as its input");
  args.weight = vector(0, args.x.columns);
  args.eps = static_cast<float>(number("eps"));
}

void CpuBinder::layer_norm() {
  auto& args = append<kernels::LayerNormArgs>(1, 2);
  input(args.x, 0);
  output(args.out);
  require(args.x.columns == args.out.columns, "has an output that is not as wide as its input");
  args.weight = vector(0, args.x.columns);
  args.bias = vector(1, args.x.columns);
  args.eps = static_cast<float>(number("eps"));
}

void CpuBinder::linear() {
  const std::size_t rooms = has_norm() ? 1 : 0;
  const bool adds = call_->inputs.size() == 2 + rooms;
  auto& args = append<kernels::LinearArgs>((adds ? 2 : 1) + rooms, 3);
  product(args);
  float_output(args.out);
  require(args.out.columns == args.w.rows, "has an output that is not as wide as its matrix has rows");
  if (adds) {
    input(args.residual, 1);
    require(args.residual.columns == args.out.columns, "has a residual that is not as wide as its output");
  }
}

void CpuBinder::rotary_table() {
  auto& args = append<kernels::RotaryTableArgs>(0, 1);
  float_output(args.out);
  require(program_.calls_.back().rows == Rows::kTokens, "does not run over tokens");
  args.positions = memory_.positions();
  args.half = integer("half", 1, kMostHeadDim / 2);
  require(args.out.columns == 2 * args.half, "has an output that is not twice its half");
  args.frequencies = vector(0, args.half);
  args.attention_factor = static_cast<float>(number("attention_factor"));
}

void CpuBinder::rope() {
  auto& args = append<kernels::RopeArgs>(2, 0);
  float_output(args.x);
  const Operand& in = call_->inputs[0];
  const Operand& out = call_->output;
  require(in.buffer == out.buffer && in.column == out.column && in.columns == out.columns, "does not work in place");
  input(args.table, 1);
  args.heads = integer("heads", 1, kMostColumns);
  args.head_dim = integer("head_dim", 1, kMostHeadDim);
  args.interleaved = integer("interleaved", 0, 1) != 0;
  require(args.x.columns == std::int64_t{args.heads} * args.head_dim, "has an input that is not as wide as its heads");
  require(args.table.columns % 2 == 0 && args.table.columns <= args.head_dim, "has a table wider than a head");
}

void CpuBinder::kv_write() {
  auto& args = append<kernels::KvWriteArgs>(2, 0, false);
  tokens_input(args.k, 0);
  tokens_input(args.v, 1);
  args.cache = cache_and_layer(args.layer);
  args.type = memory_.kv_type();
  const std::int64_t width = std::int64_t{args.cache->kv_heads} * args.cache->head_dim;
  require(args.k.columns == width && args.v.columns == width, "has keys or values that are not as wide as its group");
  check_heads(args.k, args.cache->head_dim);
}

void CpuBinder::attention() {
  auto& args = append<kernels::AttentionArgs>(1, 0);
  tokens_input(args.q, 0);
  output(args.out);
  require(program_.calls_.back().rows == Rows::kTokens, "does not run over tokens");
  args.cache = cache_and_layer(args.layer);
  args.type = memory_.kv_type();
  args.batch = memory_.batch();
  args.heads = integer("heads", 1, kMostColumns);
  args.window = integer("window", 0, INT_MAX);
  args.scale = static_cast<float>(number("scale"));
  require(args.heads % args.cache->kv_heads == 0, "has heads that are no multiple of its group's");
  // Blocks behind the group's window are freed: a wider one would read memory that is no longer there.
  require(args.window == header_.kv_groups[static_cast<std::size_t>(integer("group", 0, INT_MAX))].window,
          "has another window than its group");
  const std::int64_t width = std::int64_t{args.heads} * args.cache->head_dim;
  require(args.q.columns == width && args.out.columns == width, "has operands that are not as wide as its heads");
  check_heads(args.out, args.cache->head_dim);
}

void CpuBinder::encoder_attention() {
  auto& args = append<kernels::EncoderAttentionArgs>(3, 0);
  tokens_input(args.q, 0);
  tokens_input(args.k, 1);
  tokens_input(args.v, 2);
  output(args.out);
  require(program_.calls_.back().rows == Rows::kTokens, "does not run over tokens");
  args.batch = memory_.batch();
  args.heads = integer("heads", 1, kMostColumns);
  args.head_dim = integer("head_dim", 1, kMostHeadDim);
  args.scale = static_cast<float>(number("scale"));
  const std::int64_t width = std::int64_t{args.heads} * args.head_dim;
  for (const View* view : {&args.q, &args.k, &args.v, &args.out}) {
    require(view->columns == width, "has operands that are not as wide as its heads");
  }
  check_heads(args.out, args.head_dim);
}

void CpuBinder::gated_activation() {
  auto& args = append<kernels::GatedActivationArgs>(1, 0);
  input(args.x, 0);
  output(args.out);
  require(args.x.columns == 2 * args.out.columns, "has an input that is not twice as wide as its output");
  args.activation = activation_attribute();
}

void CpuBinder::activation() {
  auto& args = append<kernels::ActivationArgs>(1, 0);
  input(args.x, 0);
  output(args.out);
  require(args.x.columns == args.out.columns, "has an output that is not as wide as its input");
  args.activation = activation_attribute();
}

void CpuBinder::add() {
  auto& args = append<kernels::AddArgs>(2, 0);
  input(args.a, 0);
  input(args.b, 1);
  output(args.out);
  require(args.a.columns == args.out.columns && args.b.columns == args.out.columns,
          "has operands that are not as wide as its output");
}

void CpuBinder::gather_rows() {
  auto& args = append<kernels::GatherRowsArgs>(1, 0);
  tokens_input(args.x, 0);
  output(args.out);
  require(program_.calls_.back().rows == Rows::kOutputs, "does not gather output rows");
  require(args.x.columns == args.out.columns, "has an output that is not as wide as its input");
  args.rows = memory_.output_rows();
}

void CpuBinder::quantize() {
  auto& args = append<kernels::QuantizeArgs>(1, 0);
  input(args.x, 0);
  output(args.out);
  require(args.out.type == DType::kI8G32 && args.x.columns == args.out.columns,
          "has an output that is not its input's quantized form");
}

void CpuBinder::mean_pool() {
  auto& args = append<kernels::MeanPoolArgs>(1, 0);
  tokens_input(args.x, 0);
  float_output(args.out);
  require(program_.calls_.back().rows == Rows::kSequences, "does not pool sequences");
  require(args.x.columns == args.out.columns, "has an output that is not as wide as its input");
  args.batch = memory_.batch();
}

void CpuBinder::gated_linear() {
  auto& args = append<kernels::GatedLinearArgs>(has_norm() ? 2 : 1, 3);
  product(args);
  output(args.out);
  require(args.out.columns % kFinishedGroup == 0, "has an output that is not whole groups of 32");
  require(args.w.rows == 2 * args.out.columns, "has a matrix that does not have two rows for each output");
  args.activation = activation_attribute();
}

void CpuBinder::activated_linear() {
  auto& args = append<kernels::ActivatedLinearArgs>(has_norm() ? 2 : 1, 3);
  product(args);
  output(args.out);
  require(args.out.columns % kFinishedGroup == 0, "has an output that is not whole groups of 32");
  require(args.w.rows == args.out.columns, "has an output that is not as wide as its matrix has rows");
  args.activation = activation_attribute();
}

void CpuBinder::qkv_linear() {
  const bool has_queries = call_->output.buffer >= 0;
  const bool rotates = integer("rotates", 0, 1) != 0;
  auto& args =
      append<kernels::QkvLinearArgs>(std::size_t{1} + (rotates ? 1 : 0) + (has_norm() ? 1 : 0), 3, has_queries);
  require(program_.calls_.back().rows == Rows::kTokens, "does not run over tokens");
  product(args);
  args.cache = cache_and_layer(args.layer);
  args.type = memory_.kv_type();
  args.q_heads = integer("q_heads", has_queries ? 1 : 0, has_queries ? kMostColumns : 0);
  args.k_heads = integer("k_heads", 0, args.cache->kv_heads);
  args.v_heads = integer("v_heads", 0, args.cache->kv_heads);
  const auto all_or_none = [&](int heads) { return heads == 0 || heads == args.cache->kv_heads; };
  require(all_or_none(args.k_heads) && all_or_none(args.v_heads), "has a part of its group's heads");
  const int head_dim = args.cache->head_dim;
  require(head_dim % kHeadDimStep == 0 && head_dim <= kMostHeadDim, "has heads of a dimension that it does not take");
  const std::int64_t heads = std::int64_t{args.q_heads} + args.k_heads + args.v_heads;
  require(args.w.rows == heads * head_dim, "has a matrix that does not have the rows of its heads");
  if (has_queries) {
    float_output(args.q);
    require(args.q.columns == std::int64_t{args.q_heads} * head_dim, "has an output that is not as wide as its heads");
  }
  args.interleaved = integer("interleaved", 0, 1) != 0;
  if (!rotates) return;
  tokens_input(args.table, 1);
  require(args.table.columns % 2 == 0 && args.table.columns <= head_dim, "has a table wider than a head");
}

void CpuBinder::refuse(std::string_view why) const {
  throw Error(ErrorCode::kCorrupt, quoted(file_.path()) + ": call " + std::to_string(index_) + " (" +
                                       to_valid_utf8(call_->op) + ") " + std::string(why) +
                                       ". The file is damaged: compile the checkpoint again.");
}

template <typename T>
T& CpuBinder::append(std::size_t inputs, std::size_t weights, bool has_output) {
  require(call_->inputs.size() == inputs, "has another number of inputs than its operation takes");
  require(call_->weights.size() == weights, "has another number of weights than its operation takes");
  require((call_->output.buffer >= 0) == has_output, has_output ? "has no output" : "has an output");
  auto& call = program_.calls_.emplace_back();
  call.rows = rows_of(has_output ? call_->output : call_->inputs[0]);
  return call.args.emplace<T>();
}

template <typename T>
void CpuBinder::product(T& args) {
  args.w = matrix(0);
  args.bias = optional_vector(1, args.w.rows);
  const DType taken = kernels::activation_type(isa_, args.w.type, args.w.columns);
  const auto place_rows = [&](View& view, const Operand& operand) {
    place(view, operand, program_.calls_.back().rows);
    require(view.type == taken, "has an input of a type that its matrix does not take");
    require(view.columns == args.w.columns, "has an input that is not as wide as its matrix");
  };
  if (!has_norm()) return place_rows(args.x, call_->inputs[0]);
  input(args.x, 0);
  require(args.x.columns == args.w.columns, "has an input that is not as wide as its matrix");
  place_rows(args.norm.room, call_->inputs.back());
  args.norm.weight = vector(2, args.w.columns);
  args.norm.eps = static_cast<float>(number("eps"));
}

Rows CpuBinder::rows_of(const Operand& operand) const {
  require(operand.buffer >= 0, "lacks an operand");
  return header_.buffers[static_cast<std::size_t>(operand.buffer)].rows;
}

void CpuBinder::place(View& view, const Operand& operand, Rows rows) {
  require(rows_of(operand) == rows, "has operands with rows of different kinds");
  view = memory_.buffer(operand.buffer);
  require(view.type == DType::kF32 || view.type == DType::kI8G32, "has an operand of a type that no kernel takes");
  if (view.type == DType::kF32) view.data += static_cast<std::size_t>(operand.column) * sizeof(float);
  view.columns = operand.columns;
  program_.views_.emplace_back(&view, rows);
}

void CpuBinder::input(View& view, std::size_t index) {
  place(view, call_->inputs[index], program_.calls_.back().rows);
  require(view.type == DType::kF32, "has an input that is not F32");
}

void CpuBinder::tokens_input(View& view, std::size_t index) {
  place(view, call_->inputs[index], Rows::kTokens);
  require(view.type == DType::kF32, "has an input that is not F32");
}

void CpuBinder::output(View& view) { place(view, call_->output, program_.calls_.back().rows); }

void CpuBinder::float_output(View& view) {
  output(view);
  require(view.type == DType::kF32, "has an output that is not F32");
}

kernels::PackedMatrix CpuBinder::matrix(std::size_t index) const {
  const int weight = call_->weights[index];
  require(weight >= 0, "lacks a matrix");
  const auto& spec = header_.weights[static_cast<std::size_t>(weight)];
  require(spec.packed, "has a vector where a matrix belongs");
  return matrix_of(spec, file_.weight(weight));
}

kernels::PackedMatrix CpuBinder::table(std::size_t index, bool& plain) const {
  const int weight = call_->weights[index];
  require(weight >= 0, "lacks a table");
  const auto& spec = header_.weights[static_cast<std::size_t>(weight)];
  plain = !spec.packed;
  return matrix_of(spec, file_.weight(weight));
}

kernels::PackedMatrix CpuBinder::matrix_of(const formats::WeightSpec& spec, std::span<const std::byte> bytes) const {
  require(spec.rows >= 1 && spec.rows <= kMostRows && spec.columns >= 1 && spec.columns <= kMostColumns,
          "has a matrix of absurd size");
  require(kernels::can_pack(isa_, spec.type, spec.columns), "has a matrix that its target has no kernels for");
  const std::size_t size = spec.packed ? kernels::packed_bytes(isa_, spec.type, spec.rows, spec.columns)
                                       : static_cast<std::size_t>(spec.rows) * row_bytes(spec.type, spec.columns);
  require(bytes.size() == size, "has a matrix whose bytes are not those of its rows and columns");
  return {.type = spec.type, .rows = spec.rows, .columns = spec.columns, .data = bytes.data()};
}

const float* CpuBinder::vector(std::size_t index, std::int64_t width) const {
  const int weight = call_->weights[index];
  require(weight >= 0, "lacks a weight");
  const auto& spec = header_.weights[static_cast<std::size_t>(weight)];
  require(!spec.packed && spec.type == DType::kF32 && spec.rows == 1 && spec.columns == width,
          "has a weight that is not a vector of its width");
  return reinterpret_cast<const float*>(file_.weight(weight).data());
}

const float* CpuBinder::optional_vector(std::size_t index, std::int64_t width) const {
  return call_->weights[index] < 0 ? nullptr : vector(index, width);
}

double CpuBinder::number(std::string_view attribute) const {
  const auto found = call_->attributes.find(std::string(attribute));
  if (found == call_->attributes.end()) refuse("lacks its attribute " + std::string(attribute));
  return found->second;
}

int CpuBinder::integer(std::string_view attribute, int least, int most) const {
  const double value = number(attribute);
  if (!(value >= least && value <= most) || value != std::floor(value)) {
    refuse("has an attribute " + std::string(attribute) + " out of range");
  }
  return static_cast<int>(value);
}

kernels::Activation CpuBinder::activation_attribute() const {
  return static_cast<kernels::Activation>(integer("activation", static_cast<int>(kernels::Activation::kSilu),
                                                  static_cast<int>(kernels::Activation::kGeluTanh)));
}

const kernels::KvCache* CpuBinder::cache_and_layer(int& layer) const {
  require(memory_.groups() > 0, "needs keys and values, and the file has no KV group");
  const int group = integer("group", 0, memory_.groups() - 1);
  layer = integer("layer", 0, header_.kv_groups[static_cast<std::size_t>(group)].layers - 1);
  return memory_.cache(group);
}

void CpuBinder::check_heads(const View& out, int head_dim) const {
  require(isa_ == Isa::kScalar || (head_dim % kHeadDimStep == 0 && head_dim <= kMostHeadDim),
          "has heads of a dimension that its target's kernels do not take");
  require(memory_.kv_type() != DType::kBF16 || head_dim % 2 == 0,
          "has heads of an odd dimension, which a BF16 cache does not take");
  require(out.type != DType::kI8G32 || head_dim % 32 == 0, "has heads too narrow for a quantized output");
}

}  // namespace lectern::runtime
