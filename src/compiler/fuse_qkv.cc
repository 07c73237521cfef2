#include <algorithm>
#include <array>
#include <optional>

#include "compiler/passes.h"

namespace lectern::compiler {
namespace {

using formats::KernelCall;
using formats::Operand;

constexpr int kHeadDimStep = 16;  // heads that are whole panels of a packed matrix

// The calls between the norm and attention of one layer, by index.
struct Projection {
  std::vector<int> linears;
  int rope = -1;
  int kv_write = -1;
  int attention = -1;
};

class QkvFusion {
 public:
  QkvFusion(Program& program, const Projection& calls)
      : program_(program),
        calls_(calls),
        q_(call(calls.attention).inputs[0]),
        k_(call(calls.kv_write).inputs[0]),
        v_(call(calls.kv_write).inputs[1]),
        ends_{0, q_.columns, q_.columns + k_.columns, q_.columns + k_.columns + v_.columns},
        head_dim_(group().head_dim) {}

  bool is_possible() const {
    const bool side_by_side = q_.buffer == k_.buffer && q_.buffer == v_.buffer && q_.column == ends_[0] &&
                              k_.column == ends_[1] && v_.column == ends_[2] &&
                              program_.whole(q_.buffer).columns == ends_[3];
    const auto cuts_heads = [&](int linear) {
      return call(linear).inputs.size() == 1 && part_at(call(linear).output.column) &&
             part_at(call(linear).output.column + call(linear).output.columns);
    };
    return side_by_side && q_.buffer != program_.result && head_dim_ % kHeadDimStep == 0 && rotates_as_kernels_do() &&
           std::all_of(calls_.linears.begin(), calls_.linears.end(), cuts_heads);
  }

  void run() {
    const Operand queries =
        program_.whole(program_.add_buffer(program_.buffers[static_cast<std::size_t>(q_.buffer)].name + ".queries",
                                           DType::kF32, formats::Rows::kTokens, q_.columns));
    for (const int linear : calls_.linears) fuse(program_.calls[static_cast<std::size_t>(linear)], queries);
    program_.calls[static_cast<std::size_t>(calls_.attention)].inputs[0] = queries;
    program_.calls.erase(program_.calls.begin() + calls_.kv_write);
    if (calls_.rope >= 0) program_.calls.erase(program_.calls.begin() + calls_.rope);
  }

 private:
  const KernelCall& call(int index) const { return program_.calls[static_cast<std::size_t>(index)]; }
  const formats::KvGroup& group() const {
    return program_.kv_groups[static_cast<std::size_t>(call(calls_.kv_write).attributes.at("group"))];
  }

  // Which of queries, keys and values begins at a column; 3 at the end.
  std::optional<std::size_t> part_at(std::int64_t column) const {
    const auto found = std::find(ends_.begin(), ends_.end(), column);
    if (found == ends_.end()) return {};
    return static_cast<std::size_t>(found - ends_.begin());
  }

  bool rotates_as_kernels_do() const {
    if (calls_.rope < 0) return true;
    const KernelCall& rope = call(calls_.rope);
    const auto writers = uses_of_buffers(program_)[static_cast<std::size_t>(rope.inputs[1].buffer)].writers;
    return rope.output.column == 0 && rope.output.columns == ends_[2] && rope.attributes.at("head_dim") == head_dim_ &&
           writers.size() == 1 && writers[0] < calls_.linears.front();
  }

  void fuse(KernelCall& linear, const Operand& queries) const {
    const std::size_t first = *part_at(linear.output.column);
    const std::size_t end = *part_at(linear.output.column + linear.output.columns);
    const auto heads = [&](std::size_t part) {
      return first <= part && part < end ? static_cast<double>((ends_[part + 1] - ends_[part]) / head_dim_) : 0.0;
    };
    const KernelCall& write = call(calls_.kv_write);
    const bool rotates = calls_.rope >= 0 && first < 2;
    linear.op = kernels::name(kernels::Op::kQkvLinear);
    linear.output = first == 0 ? queries : Operand{};
    linear.attributes = {{"group", write.attributes.at("group")},
                         {"layer", write.attributes.at("layer")},
                         {"q_heads", heads(0)},
                         {"k_heads", heads(1)},
                         {"v_heads", heads(2)},
                         {"rotates", rotates ? 1.0 : 0.0},
                         {"interleaved", rotates ? call(calls_.rope).attributes.at("interleaved") : 0.0}};
    if (rotates) linear.inputs.push_back(call(calls_.rope).inputs[1]);
  }

  Program& program_;
  Projection calls_;
  Operand q_, k_, v_;
  std::array<std::int64_t, 4> ends_;  // columns where queries, keys and values begin, and their end
  int head_dim_;
};

// Everything that touches the buffer of the keys at `kv_write`, if these are all.
std::optional<Projection> find_projection(const Program& program, int kv_write) {
  Projection found{.linears = {}, .kv_write = kv_write};
  const KernelCall& write = program.calls[static_cast<std::size_t>(kv_write)];
  const int buffer = write.inputs[0].buffer;
  const BufferUses uses = uses_of_buffers(program)[static_cast<std::size_t>(buffer)];
  for (const int writer : uses.writers) {
    const std::string& op = program.calls[static_cast<std::size_t>(writer)].op;
    if (op == "linear")
      found.linears.push_back(writer);
    else if (op == "rope" && found.rope < 0)
      found.rope = writer;
    else
      return {};
  }
  for (const int reader : uses.readers) {
    const KernelCall& call = program.calls[static_cast<std::size_t>(reader)];
    if (reader == kv_write || reader == found.rope) continue;
    const bool of_layer = call.op == "attention" && call.attributes.at("group") == write.attributes.at("group") &&
                          call.attributes.at("layer") == write.attributes.at("layer");
    if (!of_layer || found.attention >= 0) return {};
    found.attention = reader;
  }
  if (found.linears.empty() || found.attention < 0) return {};
  return found;
}

}  // namespace

void fuse_qkv(Program& program) {
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    if (program.calls[i].op != "kv_write") continue;
    const auto calls = find_projection(program, static_cast<int>(i));
    if (!calls) continue;
    QkvFusion fusion(program, *calls);
    if (!fusion.is_possible()) continue;
    fusion.run();
    i = static_cast<std::size_t>(calls->linears.front());  // calls before `i` are gone
  }
  program.drop_unused();
}

}  // namespace lectern::compiler
