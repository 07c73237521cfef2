// Binds the calls of an engine file to kernel arguments, and refuses those that no kernel could run.
#pragma once

#include <string>
#include <string_view>

#include "runtime/cpu_program.h"

namespace lectern::runtime {

/// Operands, weights and attributes of each op are as compiler/lowering.h documents them.
class CpuBinder {
 public:
  CpuBinder(const formats::EngineFile& file, Isa isa, const StepMemory& memory, CpuProgram& program);
  void bind();

 private:
  void bind_call(kernels::Op op);
  void embedding();
  void rms_norm();
  void layer_norm();
  void linear();
  void rotary_table();
  void rope();
  void kv_write();
  void attention();
  void encoder_attention();
  void gated_activation();
  void activation();
  void add();
  void gather_rows();
  void quantize();
  void mean_pool();
  void gated_linear();
  void activated_linear();
  void qkv_linear();

  [[noreturn]] void refuse(std::string_view why) const;
  void require(bool holds, std::string_view why) const {
    if (!holds) refuse(why);
  }

  /// Appends a call with arguments of type T, after checking how many operands and weights it has.
  template <typename T>
  T& append(std::size_t inputs, std::size_t weights, bool has_output = true);
  /// What all ops with a matrix begin with: rows, matrix, bias, norm.
  template <typename T>
  void product(T& args);
  bool has_norm() const { return call_->weights.size() == 3 && call_->weights[2] >= 0; }
  void input(View& view, std::size_t index);         // F32, of the call's row kind
  void tokens_input(View& view, std::size_t index);  // F32, with a row for each token
  void output(View& view);                           // F32 or kI8G32
  void float_output(View& view);                     // F32
  void place(View& view, const formats::Operand& operand, formats::Rows rows);
  formats::Rows rows_of(const formats::Operand& operand) const;

  kernels::PackedMatrix matrix(std::size_t index) const;
  /// What embedding reads: a matrix, or plain rows.
  kernels::PackedMatrix table(std::size_t index, bool& plain) const;
  kernels::PackedMatrix matrix_of(const formats::WeightSpec& spec, std::span<const std::byte> bytes) const;
  const float* vector(std::size_t index, std::int64_t width) const;
  const float* optional_vector(std::size_t index, std::int64_t width) const;
  double number(std::string_view attribute) const;
  int integer(std::string_view attribute, int least, int most) const;
  kernels::Activation activation_attribute() const;
  const kernels::KvCache* cache_and_layer(int& layer) const;
  void check_heads(const View& out, int head_dim) const;

  const formats::EngineFile& file_;
  const formats::EngineHeader& header_;
  Isa isa_;
  const StepMemory& memory_;
  CpuProgram& program_;
  std::size_t index_ = 0;  // of the call in hand
  const formats::KernelCall* call_ = nullptr;
};

}  // namespace lectern::runtime
