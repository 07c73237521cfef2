#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

TEST(Add, MatchesTheReferenceInAnyBatch) {
  for (const std::int64_t width : kWidths) {
    const Matrix a = Matrix::random(kRows, width, 1), b = Matrix::random(kRows, width, 2);
    RowOp{kRows, width, 0.0f,
          [&](const KernelTable& kernels, std::int64_t first, View out, int workers) {
            run(kernels.add, {a.rows(first, out.rows), b.rows(first, out.rows), out}, workers);
          }}
        .check();
  }
}

TEST(Add, MayWriteIntoAnInput) {
  for (const Isa isa : machine_isas()) {
    const Matrix a = Matrix::random(3, 50, 1), b = Matrix::random(3, 50, 2), out(DType::kF32, 3, 50);
    run(cpu_kernels(isa).add, {a.view(), b.view(), out.view()});
    run(cpu_kernels(isa).add, {a.view(), b.view(), b.view()});
    expect_same_bits(out.view(), b.view());
  }
}

}  // namespace
}  // namespace lectern::kernels::test
