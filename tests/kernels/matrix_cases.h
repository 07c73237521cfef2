// Products with a matrix, one type of weights after the other, with and without a norm before them.
#pragma once

#include "row_checks.h"

namespace lectern::kernels::test {

/// Rows for a matrix of one instruction set: F32 with a norm, or what that norm makes of them.
class ProductInput {
 public:
  ProductInput(Isa isa, DType weight, std::int64_t rows, std::int64_t columns)
      : isa_(isa),
        x_(Matrix::random(rows, columns, 21, 2.0f)),
        norm_weight_(Matrix::random(1, columns, 22)),
        room_(activation_type(isa, weight, columns), rows, columns),
        normalized_(activation_type(isa, weight, columns), rows, columns) {
    run(cpu_kernels(isa).rms_norm, {x_.view(), norm_weight_.row(0), kEps, normalized_.view()});
  }

  Isa isa() const { return isa_; }
  View x(std::int64_t first, std::int64_t rows) const { return x_.rows(first, rows); }
  RowNorm norm(std::int64_t rows) const { return {norm_weight_.row(0), kEps, room_.rows(0, rows)}; }
  const View& normalized() const { return normalized_.view(); }

 private:
  static constexpr float kEps = 1e-5f;
  Isa isa_;
  Matrix x_, norm_weight_, room_, normalized_;
};

/// Every way to cut `rows` rows that the tests of products try: rows of a call, workers.
inline constexpr std::array<std::pair<std::int64_t, int>, 5> kCuts = {{{1, 1}, {1, 3}, {5, 2}, {13, 3}, {1000, 2}}};

}  // namespace lectern::kernels::test
