#include <gtest/gtest.h>

#include <vector>

#include "row_checks.h"

namespace lectern::kernels {
namespace {

TEST(GatherRows, TakesRowsInTheOrderAsked) {
  const auto x = test::Matrix::random(7, 96, 1);
  const std::vector<std::int32_t> rows = {6, 0, 3, 3, 5};
  for (const Isa isa : machine_isas()) {
    for (const DType type : {DType::kF32, DType::kI8G32}) {
      const test::Matrix out(type, 5, 96, 64);
      const test::Matrix expected(type, 5, 96);
      test::run(cpu_kernels(isa).gather_rows, GatherRowsArgs{x.view(), rows.data(), out.view()}, 2);
      for (std::int64_t i = 0; i < 5; ++i) {
        const View one = x.rows(rows[static_cast<std::size_t>(i)], 1);
        if (type == DType::kI8G32) {
          test::run(cpu_kernels(isa).quantize, QuantizeArgs{one, expected.rows(i, 1)});
        } else {
          std::memcpy(expected.row(i), one.data, 96 * sizeof(float));
        }
      }
      test::expect_same_bits(expected.view(), out.view());
    }
  }
}

}  // namespace
}  // namespace lectern::kernels
