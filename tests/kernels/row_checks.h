// What the tests of row ops share: running a kernel on a team, comparing rows.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

#include "core/worker_pool.h"
#include "kernels/registry.h"
#include "matrices.h"

namespace lectern::kernels::test {

template <typename Args>
void run(void (*kernel)(const Args&, Team&), const Args& args, int workers = 1) {
  WorkerPool(workers).run([&](Team& team) { kernel(args, team); });
}

/// A row's values, whatever its type.
inline std::vector<float> values_of(const View& view, std::int64_t row) {
  std::vector<float> values(static_cast<std::size_t>(view.columns));
  if (view.type == DType::kF32) {
    std::memcpy(values.data(), view.row<float>(row), values.size() * sizeof(float));
    return values;
  }
  const QuantizedRow quantized = quantized_row(view.row<std::byte>(row), view.columns);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = quantized.scale[i / 32] * static_cast<float>(quantized.q[i]);
  }
  return values;
}

/// Each value within `tolerance`, or half a quantization step more where `got` is kI8G32.
inline void expect_near_rows(const View& expected, const View& got, float tolerance) {
  ASSERT_EQ(expected.rows, got.rows);
  ASSERT_EQ(expected.columns, got.columns);
  for (std::int64_t r = 0; r < got.rows; ++r) {
    const auto want = values_of(expected, r);
    const auto have = values_of(got, r);
    for (std::size_t i = 0; i < want.size(); ++i) {
      float allowed = tolerance * std::max(1.0f, std::fabs(want[i]));
      if (got.type == DType::kI8G32) {
        allowed += 0.5001f * quantized_row(got.row<std::byte>(r), got.columns).scale[i / 32];
      }
      ASSERT_LE(std::fabs(want[i] - have[i]), allowed)
          << "row " << r << ", column " << i << ": " << want[i] << " and " << have[i];
    }
  }
}

inline void expect_same_bits(const View& a, const View& b) {
  ASSERT_EQ(a.rows, b.rows);
  const std::size_t bytes =
      a.type == DType::kF32 ? static_cast<std::size_t>(a.columns) * sizeof(float) : static_cast<std::size_t>(a.columns);
  for (std::int64_t r = 0; r < a.rows; ++r) {
    ASSERT_EQ(std::memcmp(a.row<std::byte>(r), b.row<std::byte>(r), bytes), 0) << "row " << r;
    ASSERT_EQ(values_of(a, r), values_of(b, r)) << "row " << r;
  }
}

/// `call` runs a kernel on rows [first, first + rows) of its inputs into the same rows of `out`. Checks it against
/// the reference for F32 and kI8G32, and that neither workers nor the batch change a bit.
struct RowOp {
  std::int64_t rows, columns;
  float tolerance;
  std::function<void(const KernelTable& kernels, std::int64_t first, View out, int workers)> call;

  Matrix result(Isa isa, DType type, std::int64_t rows_a_call, int workers) const {
    Matrix out(type, rows, columns, 64);
    for (std::int64_t first = 0; first < rows; first += rows_a_call) {
      call(cpu_kernels(isa), first, out.rows(first, std::min(rows_a_call, rows - first)), workers);
    }
    return out;
  }

  void check() const {
    const Matrix expected = result(Isa::kScalar, DType::kF32, rows, 1);
    for (const Isa isa : machine_isas()) {
      for (const DType type : {DType::kF32, DType::kI8G32}) {
        if (type == DType::kI8G32 && columns % 32 != 0) continue;
        SCOPED_TRACE(std::string(name(isa)) + " " + std::string(name(type)) + " " + std::to_string(columns));
        const Matrix whole = result(isa, type, rows, 1);
        expect_near_rows(expected.view(), whole.view(), tolerance);
        expect_same_bits(whole.view(), result(isa, type, rows, 3).view());
        expect_same_bits(whole.view(), result(isa, type, 1, 1).view());
        expect_same_bits(whole.view(), result(isa, type, 7, 2).view());
      }
    }
  }
};

/// Widths with and without whole vectors and groups, and row counts of more than one item.
inline constexpr std::array<std::int64_t, 6> kWidths = {5, 16, 33, 96, 576, 1000};
inline constexpr std::int64_t kRows = 41;

}  // namespace lectern::kernels::test
