#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "core/worker_pool.h"
#include "kernels/cpu/dequantize.h"
#include "kernels/registry.h"
#include "matrices.h"

namespace lectern::kernels {
namespace {

void run(Isa isa, const LinearArgs& args, int workers = 1) {
  WorkerPool pool(workers);
  pool.run([&](Team& team) { cpu_kernels(isa).linear(args, team); });
}

test::Matrix quantized(Isa isa, const test::Matrix& x, std::size_t gap = 0) {
  test::Matrix q(DType::kI8G32, x.view().rows, x.view().columns, gap);
  WorkerPool pool(1);
  pool.run([&](Team& team) { cpu_kernels(isa).quantize({x.view(), q.view()}, team); });
  return q;
}

// What a row of activations stands for: F32 as it is, kI8G32 scaled.
std::vector<double> values(const View& x, std::int64_t row) {
  std::vector<double> out(static_cast<std::size_t>(x.columns));
  for (std::int64_t i = 0; i < x.columns; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (x.type == DType::kF32) {
      out[at] = x.row<const float>(row)[i];
    } else {
      const QuantizedRow q = quantized_row(x.row<std::byte>(row), x.columns);
      out[at] = static_cast<double>(q.scale[i / 32]) * q.q[i];
    }
  }
  return out;
}

// x Wᵀ in double precision, and for each output Σ |x w|: what rounding errors are relative to.
struct Exact {
  std::vector<double> y;
  std::vector<double> magnitude;
};

Exact exact(DType type, std::int64_t rows, std::int64_t columns, const std::vector<std::byte>& source,
            const std::vector<double>& x) {
  Exact result;
  std::vector<float> w(static_cast<std::size_t>(columns));
  for (std::int64_t n = 0; n < rows; ++n) {
    dequantize(type, source.data() + static_cast<std::size_t>(n) * row_bytes(type, columns), columns, w.data());
    double sum = 0;
    double magnitude = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      sum += x[i] * static_cast<double>(w[i]);
      magnitude += std::fabs(x[i] * static_cast<double>(w[i]));
    }
    result.y.push_back(sum);
    result.magnitude.push_back(magnitude);
  }
  return result;
}

struct Shape {
  std::int64_t rows, outputs, blocks;
};

class Linear : public testing::TestWithParam<DType> {
 protected:
  DType type() const { return GetParam(); }
  bool is_float() const { return block_values(type()) == 1; }
  std::int64_t columns(std::int64_t blocks) const {
    return is_float() ? blocks * 24 + 1 : blocks * block_values(type());
  }
};

TEST_P(Linear, IsTheProductOfWhatItsInputsStandFor) {
  for (const Isa isa : machine_isas()) {
    for (const Shape shape : {Shape{1, 16, 1}, {3, 1, 2}, {12, 17, 3}, {13, 50, 2}, {29, 33, 5}}) {
      const std::int64_t k = columns(shape.blocks);
      SCOPED_TRACE(std::string(name(isa)) + ", columns " + std::to_string(k));
      const auto source = test::random_weights(type(), shape.outputs, k, 3);
      const test::Packed w(isa, type(), shape.outputs, k, source);
      const auto x = test::Matrix::random(shape.rows, k, 4);
      const bool quantize = activation_type(isa, type(), k) == DType::kI8G32;
      const test::Matrix input = quantize ? quantized(isa, x) : test::Matrix::random(shape.rows, k, 4);
      const test::Matrix out(DType::kF32, shape.rows, shape.outputs);
      run(isa, {input.view(), w.matrix(), nullptr, {}, out.view()});
      for (std::int64_t m = 0; m < shape.rows; ++m) {
        const Exact same = exact(type(), shape.outputs, k, source, values(input.view(), m));
        const Exact full = exact(type(), shape.outputs, k, source, values(x.view(), m));
        for (std::size_t n = 0; n < same.y.size(); ++n) {
          const double y = out.row(m)[n];
          // Some thirty roundings of 2^-24, each of a partial sum; a minimum doubles the terms.
          ASSERT_NEAR(y, same.y[n], 4e-6 * same.magnitude[n] + 1e-12) << "row " << m << ", output " << n;
          ASSERT_NEAR(y, full.y[n], 0.05 * full.magnitude[n] + 1e-12) << "row " << m << ", output " << n;
        }
      }
    }
  }
}

TEST_P(Linear, EachRowOfABatchIsThatRowAlone) {
  constexpr std::int64_t kOutputs = 53;
  constexpr std::int64_t kMost = 70;
  for (const Isa isa : machine_isas()) {
    const std::int64_t k = columns(is_float() ? 40 : 1 + 512 / block_values(type()));
    const auto source = test::random_weights(type(), kOutputs, k, 5);
    const test::Packed w(isa, type(), kOutputs, k, source);
    const auto floats = test::Matrix::random(kMost, k, 6);
    const bool quantize = activation_type(isa, type(), k) == DType::kI8G32;
    const test::Matrix x = quantize ? quantized(isa, floats) : test::Matrix::random(kMost, k, 6);
    const test::Matrix alone(DType::kF32, kMost, kOutputs);
    for (std::int64_t m = 0; m < kMost; ++m) run(isa, {x.rows(m, 1), w.matrix(), nullptr, {}, alone.rows(m, 1)});
    for (const int workers : {1, 2, 3}) {
      WorkerPool pool(workers);
      for (std::int64_t rows = 1; rows <= kMost; ++rows) {
        const test::Matrix out(DType::kF32, rows, kOutputs);
        const LinearArgs args{x.rows(kMost - rows, rows), w.matrix(), nullptr, {}, out.view()};
        pool.run([&](Team& team) { cpu_kernels(isa).linear(args, team); });
        for (std::int64_t m = 0; m < rows; ++m) {
          ASSERT_EQ(0, std::memcmp(out.row(m), alone.row(kMost - rows + m), kOutputs * sizeof(float)))
              << name(isa) << ", row " << m << " of " << rows << ", workers " << workers;
        }
      }
    }
  }
}

TEST_P(Linear, AddsBiasAndResidualAndWritesItsColumnsOnly) {
  constexpr std::int64_t kRows = 14;
  constexpr std::int64_t kOutputs = 37;
  constexpr std::int64_t kWide = 64;  // the buffer's; the output is its columns [8, 45)
  for (const Isa isa : machine_isas()) {
    const std::int64_t k = columns(2);
    const auto source = test::random_weights(type(), kOutputs, k, 7);
    const test::Packed w(isa, type(), kOutputs, k, source);
    const auto floats = test::Matrix::random(kRows, k, 8);
    const bool quantize = activation_type(isa, type(), k) == DType::kI8G32;
    const test::Matrix x = quantize ? quantized(isa, floats, 192) : test::Matrix::random(kRows, k, 8);
    const test::Matrix plain(DType::kF32, kRows, kOutputs);
    run(isa, {x.view(), w.matrix(), nullptr, {}, plain.view()});

    const auto bias = test::Matrix::random(1, kOutputs, 9);
    const auto residual = test::Matrix::random(kRows, kWide, 10);
    const auto wide = test::Matrix::random(kRows, kWide, 10);  // the same values: the output replaces them
    View slice = wide.view();
    slice.data += 8 * sizeof(float);
    slice.columns = kOutputs;
    run(isa, {x.view(), w.matrix(), bias.row(0), slice, slice}, 2);
    for (std::int64_t m = 0; m < kRows; ++m) {
      for (std::int64_t n = 0; n < kWide; ++n) {
        const float before = residual.row(m)[n];
        const bool written = n >= 8 && n < 8 + kOutputs;
        const float expected = written ? plain.row(m)[n - 8] + bias.row(0)[n - 8] + before : before;
        ASSERT_EQ(wide.row(m)[n], expected) << name(isa) << ", row " << m << ", column " << n;
      }
    }
  }
}

class QuantizedLinear : public Linear {};

TEST_P(QuantizedLinear, SurvivesExtremes) {
  // The largest quantized values everywhere, on both sides, against sums done in double: an instruction that saturates
  // would be far off. All bits of weights set or clear, activations at ±127.
  const std::int64_t k = columns(2 * 256 / block_values(type()));
  for (const Isa isa : test::vector_isas()) {
    for (const int fill : {0x00, 0x80, 0x7f, 0xff}) {
      for (const float sign : {1.0f, -1.0f}) {
        auto source = test::random_weights(type(), 16, k, 11);
        const auto scales = source;
        std::fill(source.begin(), source.end(), static_cast<std::byte>(fill));
        const std::size_t block = block_bytes(type());
        const std::size_t half = type() == DType::kQ6_K ? 208 : 0;
        const std::size_t halves = type() == DType::kQ4_0 || type() == DType::kQ8_0 || type() == DType::kQ6_K ? 2 : 4;
        for (std::size_t at = half; at < source.size(); at += block) {
          std::memcpy(source.data() + at, scales.data() + at, halves);
        }
        const test::Packed w(isa, type(), 16, k, source);
        const test::Matrix x(DType::kF32, 2, k);
        for (std::int64_t i = 0; i < k; ++i) {
          x.row(0)[i] = sign;
          x.row(1)[i] = i % 3 == 0 ? -sign : sign;
        }
        const test::Matrix q = quantized(isa, x);
        const test::Matrix out(DType::kF32, 2, 16);
        run(isa, {q.view(), w.matrix(), nullptr, {}, out.view()});
        for (std::int64_t m = 0; m < 2; ++m) {
          const Exact expected = exact(type(), 16, k, source, values(q.view(), m));
          for (std::size_t n = 0; n < 16; ++n) {
            ASSERT_NEAR(out.row(m)[n], expected.y[n], 4e-6 * expected.magnitude[n] + 1e-9)
                << name(isa) << ", bytes " << fill << ", output " << n;
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Linear, testing::ValuesIn(test::kWeightTypes),
                         [](const auto& each) { return std::string(name(each.param)); });

INSTANTIATE_TEST_SUITE_P(Formats, QuantizedLinear, testing::ValuesIn(test::kQuantizedTypes),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(LinearZeroPoint, Minus128InQ8_0IsExact) {
  for (const Isa isa : test::vector_isas()) {
    std::vector<std::byte> source(16 * 34);
    for (std::size_t row = 0; row < 16; ++row) {
      const std::uint16_t one = 0x3c00;
      std::memcpy(source.data() + row * 34, &one, 2);
      for (std::size_t i = 0; i < 32; ++i) source[row * 34 + 2 + i] = std::byte{0x80};
    }
    const test::Packed w(isa, DType::kQ8_0, 16, 32, source);
    const test::Matrix x(DType::kF32, 1, 32);
    for (std::int64_t i = 0; i < 32; ++i) x.row(0)[i] = i % 2 == 0 ? 127.0f : 126.0f;
    const test::Matrix q = quantized(isa, x);
    const test::Matrix out(DType::kF32, 1, 16);
    run(isa, {q.view(), w.matrix(), nullptr, {}, out.view()});
    for (int n = 0; n < 16; ++n) EXPECT_EQ(out.row(0)[n], -128.0f * (16 * 127 + 16 * 126)) << name(isa);
  }
}

TEST(LinearRows, NoneIsNoWork) {
  for (const Isa isa : machine_isas()) {
    const auto source = test::random_weights(DType::kQ4_0, 16, 32, 1);
    const test::Packed w(isa, DType::kQ4_0, 16, 32, source);
    View empty{nullptr, activation_type(isa, DType::kQ4_0, 32), 0, 32, 64};
    run(isa, {empty, w.matrix(), nullptr, {}, empty}, 2);
  }
}

}  // namespace
}  // namespace lectern::kernels
