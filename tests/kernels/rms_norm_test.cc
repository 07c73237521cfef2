#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

TEST(RmsNorm, MatchesTheReferenceInAnyBatch) {
  for (const std::int64_t width : kWidths) {
    const Matrix x = Matrix::random(kRows, width, 1, 3.0f);
    const Matrix weight = Matrix::random(1, width, 2);
    RowOp{kRows, width, 2e-6f,
          [&](const KernelTable& kernels, std::int64_t first, View out, int workers) {
            run(kernels.rms_norm, {x.rows(first, out.rows), weight.row(0), 1e-5f, out}, workers);
          }}
        .check();
  }
}

TEST(RmsNorm, ByHand) {
  const Matrix x = Matrix::random(1, 2, 1), out(DType::kF32, 1, 2);
  x.row(0)[0] = 3.0f;
  x.row(0)[1] = -4.0f;
  const float weight[] = {1.0f, 2.0f};
  for (const Isa isa : machine_isas()) {
    run(cpu_kernels(isa).rms_norm, {x.view(), weight, 0.0f, out.view()});
    EXPECT_NEAR(out.row(0)[0], 3.0f / std::sqrt(12.5f), 1e-6f);
    EXPECT_NEAR(out.row(0)[1], -8.0f / std::sqrt(12.5f), 1e-6f);
  }
}

}  // namespace
}  // namespace lectern::kernels::test
