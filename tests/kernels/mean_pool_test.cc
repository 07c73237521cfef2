#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

TEST(MeanPool, AveragesEachSequenceToLengthOne) {
  for (const std::int64_t width : {5, 384}) {
    const std::vector<std::int32_t> starts = {0, 1, 4, 37, 40};
    const Matrix x = Matrix::random(40, width, 1);
    for (std::int64_t r = 37; r < 40; ++r) std::fill_n(x.row(r), width, 0.0f);  // stays zero
    Batch batch;
    batch.tokens = 40;
    batch.sequences = 4;
    batch.sequence_starts = starts.data();
    for (const Isa isa : machine_isas()) {
      const Matrix out(DType::kF32, 4, width);
      run(cpu_kernels(isa).mean_pool, {x.view(), &batch, out.view()}, 2);
      for (std::size_t s = 0; s < 4; ++s) {
        std::vector<double> mean(static_cast<std::size_t>(width));
        double squares = 0;
        for (std::size_t i = 0; i < mean.size(); ++i) {
          for (std::int32_t r = starts[s]; r < starts[s + 1]; ++r) mean[i] += x.row(r)[i];
          squares += mean[i] * mean[i];
        }
        const double length = squares > 0 ? std::sqrt(squares) : 1.0;
        for (std::size_t i = 0; i < mean.size(); ++i) {
          ASSERT_NEAR(out.row(static_cast<std::int64_t>(s))[i], mean[i] / length, 1e-6) << name(isa);
        }
      }
    }
  }
}

TEST(MeanPool, GivesTheSameBitsAloneAndAmongOthers) {
  const std::vector<std::int32_t> starts = {0, 9, 30, 33}, alone = {0, 21};
  const Matrix x = Matrix::random(33, 384, 1);
  Batch batch;
  batch.tokens = 33;
  batch.sequences = 3;
  batch.sequence_starts = starts.data();
  Batch one;
  one.tokens = 21;
  one.sequences = 1;
  one.sequence_starts = alone.data();
  for (const Isa isa : machine_isas()) {
    const Matrix together(DType::kF32, 3, 384), single(DType::kF32, 1, 384);
    run(cpu_kernels(isa).mean_pool, {x.view(), &batch, together.view()}, 3);
    run(cpu_kernels(isa).mean_pool, {x.rows(9, 21), &one, single.view()});
    expect_same_bits(together.rows(1, 1), single.view());
  }
}

}  // namespace
}  // namespace lectern::kernels::test
