#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

TEST(LayerNorm, MatchesTheReferenceInAnyBatch) {
  for (const std::int64_t width : kWidths) {
    const Matrix x = Matrix::random(kRows, width, 1, 3.0f);
    for (std::int64_t r = 0; r < kRows; ++r) x.row(r)[0] += 20.0f;  // a mean away from zero
    const Matrix weight = Matrix::random(1, width, 2), bias = Matrix::random(1, width, 3);
    RowOp{kRows, width, 5e-6f,
          [&](const KernelTable& kernels, std::int64_t first, View out, int workers) {
            run(kernels.layer_norm, {x.rows(first, out.rows), weight.row(0), bias.row(0), 1e-12f, out}, workers);
          }}
        .check();
  }
}

TEST(LayerNorm, MayWriteIntoItsInput) {
  for (const Isa isa : machine_isas()) {
    const Matrix x = Matrix::random(9, 100, 1), out(DType::kF32, 9, 100);
    const Matrix weight = Matrix::random(1, 100, 2), bias = Matrix::random(1, 100, 3);
    run(cpu_kernels(isa).layer_norm, {x.view(), weight.row(0), bias.row(0), 1e-12f, out.view()});
    run(cpu_kernels(isa).layer_norm, {x.view(), weight.row(0), bias.row(0), 1e-12f, x.view()});
    expect_same_bits(out.view(), x.view());
  }
}

}  // namespace
}  // namespace lectern::kernels::test
