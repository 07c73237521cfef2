#include "matrix_cases.h"

namespace lectern::kernels::test {
namespace {

class ActivatedLinear : public testing::TestWithParam<DType> {};

// Rows enough for shared normalization, and for tiles of several heights.
constexpr std::int64_t kBatch = 38, kWidth = 160, kColumns = 256;

// By the ops that it is made of.
Matrix expected(const ProductInput& input, const Packed& w, const float* bias, Activation activation, DType out) {
  const Matrix sums(DType::kF32, kBatch, kWidth), result(out, kBatch, kWidth);
  run(cpu_kernels(input.isa()).linear, {input.normalized(), w.matrix(), bias, {}, sums.view()});
  run(cpu_kernels(input.isa()).activation, {sums.view(), activation, result.view()});
  Matrix copy(out, kBatch, kWidth);
  std::memcpy(copy.view().data, result.view().data, kBatch * result.view().stride);
  return copy;
}

TEST_P(ActivatedLinear, IsLinearThenActivationBitForBit) {
  for (const Isa isa : machine_isas()) {
    const auto source = random_weights(GetParam(), kWidth, kColumns, 3);
    const Packed w(isa, GetParam(), kWidth, kColumns, source);
    const ProductInput input(isa, GetParam(), kBatch, kColumns);
    const auto bias = Matrix::random(1, kWidth, 4);
    for (const DType out : {DType::kF32, DType::kI8G32}) {
      for (const Activation activation : {Activation::kSilu, Activation::kGelu, Activation::kGeluTanh}) {
        const Matrix want = expected(input, w, bias.row(0), activation, out);
        for (const auto& [rows_a_call, workers] : kCuts) {
          SCOPED_TRACE(std::string(name(isa)) + ", rows " + std::to_string(rows_a_call));
          const Matrix got(out, kBatch, kWidth, 64), plain(out, kBatch, kWidth);
          for (std::int64_t first = 0; first < kBatch; first += rows_a_call) {
            const std::int64_t rows = std::min(rows_a_call, kBatch - first);
            run(cpu_kernels(isa).activated_linear,
                {input.x(first, rows), w.matrix(), bias.row(0), activation, got.rows(first, rows), input.norm(rows)},
                workers);
          }
          expect_same_bits(want.view(), got.view());
          run(cpu_kernels(isa).activated_linear,
              {input.normalized(), w.matrix(), bias.row(0), activation, plain.view()}, workers);
          expect_same_bits(want.view(), plain.view());
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ActivatedLinear,
                         testing::Values(DType::kF32, DType::kBF16, DType::kQ4_1, DType::kQ6_K),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(ActivatedLinearRows, NoneIsNoWork) {
  for (const Isa isa : machine_isas()) {
    const auto source = random_weights(DType::kQ4_0, 32, 32, 1);
    const Packed w(isa, DType::kQ4_0, 32, 32, source);
    const View x{nullptr, activation_type(isa, DType::kQ4_0, 32), 0, 32, 64}, out{nullptr, DType::kF32, 0, 32, 128};
    run(cpu_kernels(isa).activated_linear, {x, w.matrix(), nullptr, Activation::kSilu, out}, 2);
  }
}

}  // namespace
}  // namespace lectern::kernels::test
