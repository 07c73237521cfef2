#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

TEST(GatedActivation, MatchesTheReferenceInAnyBatch) {
  for (const Activation activation : {Activation::kSilu, Activation::kGelu, Activation::kGeluTanh}) {
    for (const std::int64_t width : kWidths) {
      const Matrix x = Matrix::random(kRows, 2 * width, 1, 2.0f);
      RowOp{kRows, width, 5e-6f,
            [&](const KernelTable& kernels, std::int64_t first, View out, int workers) {
              run(kernels.gated_activation, {x.rows(first, out.rows), activation, out}, workers);
            }}
          .check();
    }
  }
}

TEST(GatedActivation, GatesTheSecondHalfByTheFirst) {
  const Matrix x(DType::kF32, 1, 4), out(DType::kF32, 1, 2);
  const float values[] = {0.0f, 1.0f, 5.0f, 10.0f};
  std::copy_n(values, 4, x.row(0));
  for (const Isa isa : machine_isas()) {
    run(cpu_kernels(isa).gated_activation, {x.view(), Activation::kSilu, out.view()});
    EXPECT_EQ(out.row(0)[0], 0.0f);
    EXPECT_NEAR(out.row(0)[1], 7.3105858f, 1e-5f);
  }
}

}  // namespace
}  // namespace lectern::kernels::test
