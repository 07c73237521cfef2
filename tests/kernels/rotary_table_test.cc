#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

TEST(RotaryTable, HoldsCosinesThenSines) {
  const std::vector<std::int32_t> positions = {0, 1, 7, 131071};
  const std::vector<float> frequencies = {1.0f, 0.1f, 0.0123f};
  for (const Isa isa : machine_isas()) {
    const Matrix out(DType::kF32, 4, 6);
    run(cpu_kernels(isa).rotary_table, {positions.data(), frequencies.data(), 3, 1.5f, out.view()}, 2);
    for (int t = 0; t < 4; ++t) {
      for (int i = 0; i < 3; ++i) {
        // The angle is a float: at such positions its rounding shows.
        const float angle =
            static_cast<float>(positions[static_cast<std::size_t>(t)]) * frequencies[static_cast<std::size_t>(i)];
        EXPECT_NEAR(out.row(t)[i], 1.5 * std::cos(static_cast<double>(angle)), 2e-7) << name(isa);
        EXPECT_NEAR(out.row(t)[3 + i], 1.5 * std::sin(static_cast<double>(angle)), 2e-7) << name(isa);
      }
    }
  }
}

}  // namespace
}  // namespace lectern::kernels::test
