// A matrix with an activation behind it, beside the two ops that it is made of.
#pragma once

#include "matrix_cases.h"

namespace lectern::kernels::test {

struct Gated {
  static constexpr std::int64_t kMatrixRows = 2;  // for an output
  static constexpr auto kFused = &KernelTable::gated_linear;
  static constexpr auto kActivation = &KernelTable::gated_activation;
};

struct Activated {
  static constexpr std::int64_t kMatrixRows = 1;
  static constexpr auto kFused = &KernelTable::activated_linear;
  static constexpr auto kActivation = &KernelTable::activation;
};

// Rows enough for shared normalization, and for tiles of several heights.
inline constexpr std::int64_t kBatch = 38, kWidth = 160, kColumns = 256;

template <typename Op>
Matrix linear_then_activation(const ProductInput& input, const Packed& w, const float* bias, Activation activation,
                              DType out) {
  const Matrix sums(DType::kF32, kBatch, Op::kMatrixRows * kWidth), result(out, kBatch, kWidth);
  run(cpu_kernels(input.isa()).linear, {input.normalized(), w.matrix(), bias, {}, sums.view()});
  run(cpu_kernels(input.isa()).*Op::kActivation, {sums.view(), activation, result.view()});
  Matrix copy(out, kBatch, kWidth);
  std::memcpy(copy.view().data, result.view().data, kBatch * result.view().stride);
  return copy;
}

/// With a norm and without, however the rows are cut.
template <typename Op>
void expect_linear_then_activation(Isa isa, DType type) {
  constexpr std::int64_t kWeightRows = Op::kMatrixRows * kWidth;
  const Packed w(isa, type, kWeightRows, kColumns, random_weights(type, kWeightRows, kColumns, 3));
  const ProductInput input(isa, type, kBatch, kColumns);
  const auto bias = Matrix::random(1, kWeightRows, 4);
  const auto fused = cpu_kernels(isa).*Op::kFused;
  for (const DType out : {DType::kF32, DType::kI8G32}) {
    for (const Activation activation : {Activation::kSilu, Activation::kGelu, Activation::kGeluTanh}) {
      const Matrix want = linear_then_activation<Op>(input, w, bias.row(0), activation, out);
      for (const auto& [rows_a_call, workers] : kCuts) {
        SCOPED_TRACE(std::string(name(isa)) + ", rows " + std::to_string(rows_a_call));
        const Matrix got(out, kBatch, kWidth, 64), plain(out, kBatch, kWidth);
        for (std::int64_t first = 0; first < kBatch; first += rows_a_call) {
          const std::int64_t rows = std::min(rows_a_call, kBatch - first);
          run(fused,
              {input.x(first, rows), w.matrix(), bias.row(0), activation, got.rows(first, rows), input.norm(rows)},
              workers);
        }
        expect_same_bits(want.view(), got.view());
        run(fused, {input.normalized(), w.matrix(), bias.row(0), activation, plain.view()}, workers);
        expect_same_bits(want.view(), plain.view());
      }
    }
  }
}

template <typename Op>
void expect_no_rows_to_be_no_work(Isa isa) {
  constexpr std::int64_t kWeightRows = Op::kMatrixRows * 32;
  const Packed w(isa, DType::kQ4_0, kWeightRows, 32, random_weights(DType::kQ4_0, kWeightRows, 32, 1));
  const View x{nullptr, activation_type(isa, DType::kQ4_0, 32), 0, 32, 64}, out{nullptr, DType::kF32, 0, 32, 128};
  run(cpu_kernels(isa).*Op::kFused, {x, w.matrix(), nullptr, Activation::kSilu, out}, 2);
}

}  // namespace lectern::kernels::test
