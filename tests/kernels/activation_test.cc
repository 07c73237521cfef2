#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

constexpr std::array kActivations = {Activation::kSilu, Activation::kGelu, Activation::kGeluTanh};

double exact(Activation activation, double x) {
  switch (activation) {
    case Activation::kSilu:
      return x / (1 + std::exp(-x));
    case Activation::kGelu:
      return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::kGeluTanh:
      break;
  }
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
}

TEST(Activation, MatchesTheReferenceInAnyBatch) {
  for (const Activation activation : kActivations) {
    for (const std::int64_t width : kWidths) {
      const Matrix x = Matrix::random(kRows, width, 1, 3.0f);
      RowOp{kRows, width, 1e-6f,
            [&](const KernelTable& kernels, std::int64_t first, View out, int workers) {
              run(kernels.activation, {x.rows(first, out.rows), activation, out}, workers);
            }}
          .check();
    }
  }
}

TEST(Activation, IsWithinAMillionthOfTheExactFunction) {
  constexpr int kPoints = 8001;
  const Matrix x(DType::kF32, 1, kPoints), out(DType::kF32, 1, kPoints);
  for (int i = 0; i < kPoints; ++i) x.row(0)[i] = static_cast<float>(i - kPoints / 2) / 250.0f;  // [-16, 16]
  for (const Isa isa : machine_isas()) {
    for (const Activation activation : kActivations) {
      run(cpu_kernels(isa).activation, {x.view(), activation, out.view()});
      for (int i = 0; i < kPoints; ++i) {
        const double want = exact(activation, x.row(0)[i]);
        ASSERT_NEAR(out.row(0)[i], want, 1e-6 * std::max(1.0, std::fabs(want))) << name(isa) << " at " << x.row(0)[i];
      }
    }
  }
}

TEST(Activation, IsFiniteFarOut) {
  const Matrix x(DType::kF32, 1, 4), out(DType::kF32, 1, 4);
  const float far[] = {-1e4f, -200.0f, 200.0f, 1e4f};
  std::copy_n(far, 4, x.row(0));
  for (const Isa isa : machine_isas()) {
    for (const Activation activation : kActivations) {
      run(cpu_kernels(isa).activation, {x.view(), activation, out.view()});
      for (int i = 0; i < 4; ++i) EXPECT_NEAR(out.row(0)[i], std::max(0.0f, far[i]), 1e-6f) << name(isa);
    }
  }
}

}  // namespace
}  // namespace lectern::kernels::test
