#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

struct Case {
  int heads, head_dim, half;
  bool interleaved;
};

constexpr Case kCases[] = {
    {3, 64, 32, true}, {3, 64, 32, false}, {2, 80, 10, false}, {2, 96, 24, true}, {5, 6, 3, true}};

TEST(Rope, RotatesPairsAndLeavesTheRest) {
  constexpr int kTokens = 19;
  for (const Case& c : kCases) {
    for (const Isa isa : machine_isas()) {
      const int width = c.heads * c.head_dim;
      const Matrix before = Matrix::random(kTokens, width, 1), x = Matrix::random(kTokens, width, 1);
      const Matrix table = Matrix::random(kTokens, 2 * c.half, 2);
      run(cpu_kernels(isa).rope, {x.view(), table.view(), c.heads, c.head_dim, c.interleaved}, 2);
      for (int t = 0; t < kTokens; ++t) {
        std::vector<float> want(before.row(t), before.row(t) + width);
        for (int h = 0; h < c.heads; ++h) {
          for (int i = 0; i < c.half; ++i) {
            const int a = h * c.head_dim + (c.interleaved ? 2 * i : i);
            const int b = a + (c.interleaved ? 1 : c.half);
            const float cosine = table.row(t)[i], sine = table.row(t)[c.half + i];
            want[static_cast<std::size_t>(a)] = before.row(t)[a] * cosine - before.row(t)[b] * sine;
            want[static_cast<std::size_t>(b)] = before.row(t)[b] * cosine + before.row(t)[a] * sine;
          }
        }
        for (int i = 0; i < width; ++i) ASSERT_NEAR(x.row(t)[i], want[static_cast<std::size_t>(i)], 1e-6f) << name(isa);
      }
    }
  }
}

TEST(Rope, GivesTheSameBitsInAnyBatchOnAnyInstructionSet) {
  for (const Case& c : kCases) {
    const int width = c.heads * c.head_dim;
    const Matrix table = Matrix::random(50, 2 * c.half, 2), whole = Matrix::random(50, width, 1);
    run(cpu_kernels(Isa::kScalar).rope, {whole.view(), table.view(), c.heads, c.head_dim, c.interleaved});
    for (const Isa isa : machine_isas()) {
      const Matrix x = Matrix::random(50, width, 1);
      for (int t = 0; t < 50; t += 7) {
        const int rows = std::min(7, 50 - t);
        run(cpu_kernels(isa).rope, {x.rows(t, rows), table.rows(t, rows), c.heads, c.head_dim, c.interleaved}, 2);
      }
      expect_same_bits(whole.view(), x.view());
    }
  }
}

}  // namespace
}  // namespace lectern::kernels::test
