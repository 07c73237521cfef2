#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "row_checks.h"

namespace lectern::kernels {
namespace {

test::Matrix quantized(Isa isa, const test::Matrix& x, int workers = 1) {
  test::Matrix q(DType::kI8G32, x.view().rows, x.view().columns);
  test::run(cpu_kernels(isa).quantize, QuantizeArgs{x.view(), q.view()}, workers);
  return q;
}

// Rows with groups of every size: ordinary, one large value, all zero, too small for a scale, the largest floats.
test::Matrix rows_of_every_kind() {
  auto x = test::Matrix::random(9, 192, 1);
  for (std::int64_t i = 0; i < 32; ++i) {
    x.row(1)[i] = 0.0f;
    x.row(2)[32 + i] *= 1e-37f;
    x.row(3)[64 + i] *= 1e37f;
    x.row(4)[96 + i] = i % 2 == 0 ? 127.0f : 0.5f;  // ties
    x.row(5)[128 + i] *= 1e-30f;
  }
  x.row(6)[40] = -1e6f;
  return x;
}

TEST(Quantize, IsWhatTheLayoutPromises) {
  const auto x = rows_of_every_kind();
  for (const Isa isa : machine_isas()) {
    const auto q = quantized(isa, x, 2);
    for (std::int64_t r = 0; r < x.view().rows; ++r) {
      const QuantizedRow row = quantized_row(q.view().row<std::byte>(r), x.view().columns);
      for (std::int64_t g = 0; g < x.view().columns / 32; ++g) {
        const float* values = x.row(r) + 32 * g;
        float largest = 0;
        std::int32_t sums[2] = {0, 0};
        for (int i = 0; i < 32; ++i) {
          largest = std::max(largest, std::fabs(values[i]));
          sums[i / 16] += row.q[32 * g + i];
          ASSERT_LE(std::abs(static_cast<int>(row.q[32 * g + i])), 127);
        }
        const float scale = largest < 1e-35f ? 0.0f : largest / 127.0f;
        ASSERT_EQ(row.scale[g], scale);
        for (int i = 0; i < 32; ++i) {
          ASSERT_LE(std::fabs(scale * static_cast<float>(row.q[32 * g + i]) - values[i]), 0.5001f * scale + 1e-35f)
              << name(isa) << ", row " << r << ", group " << g << ", value " << i;
        }
        ASSERT_EQ(row.sum[2 * g], sums[0]);
        ASSERT_EQ(row.sum[2 * g + 1], sums[1]);
        ASSERT_EQ(row.scaled_sum[g], scale * static_cast<float>(sums[0] + sums[1]));
      }
    }
  }
}

TEST(Quantize, GivesTheSameBitsOnEveryInstructionSet) {
  const auto x = rows_of_every_kind();
  const auto expected = quantized(Isa::kScalar, x);
  for (const Isa isa : test::vector_isas()) {
    const auto got = quantized(isa, x, 3);
    for (std::int64_t r = 0; r < x.view().rows; ++r) {
      const QuantizedRow a = quantized_row(expected.view().row<std::byte>(r), 192);
      const QuantizedRow b = quantized_row(got.view().row<std::byte>(r), 192);
      EXPECT_EQ(0, std::memcmp(a.q, b.q, 192)) << name(isa) << ", row " << r;
      EXPECT_EQ(0, std::memcmp(a.scale, b.scale, 6 * 4)) << name(isa) << ", row " << r;
      EXPECT_EQ(0, std::memcmp(a.scaled_sum, b.scaled_sum, 6 * 4)) << name(isa) << ", row " << r;
      EXPECT_EQ(0, std::memcmp(a.sum, b.sum, 12 * 4)) << name(isa) << ", row " << r;
    }
  }
}

}  // namespace
}  // namespace lectern::kernels
