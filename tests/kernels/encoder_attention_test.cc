#include <numeric>

#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

struct Shape {
  int heads, head_dim;
  std::vector<std::int32_t> lengths;

  std::vector<std::int32_t> starts() const {
    std::vector<std::int32_t> starts = {0};
    for (const std::int32_t n : lengths) starts.push_back(starts.back() + n);
    return starts;
  }
};

// q, k and v are column slices of one buffer, as a fused projection leaves them.
Matrix attend(const Shape& shape, const Matrix& qkv, Isa isa, int workers = 1, DType type = DType::kF32) {
  const std::vector<std::int32_t> starts = shape.starts();
  const std::int64_t width = static_cast<std::int64_t>(shape.heads) * shape.head_dim;
  Batch batch;
  batch.tokens = starts.back();
  batch.sequences = static_cast<int>(shape.lengths.size());
  batch.sequence_starts = starts.data();
  const auto slice = [&](int part) {
    View view = qkv.view();
    view.data += static_cast<std::size_t>(part * width) * sizeof(float);
    view.columns = width;
    return view;
  };
  Matrix out(type, batch.tokens, width);
  run(cpu_kernels(isa).encoder_attention,
      {slice(0), slice(1), slice(2), &batch, shape.heads, shape.head_dim, 0.25f, out.view()}, workers);
  return out;
}

Matrix random_qkv(const Shape& shape) {
  return Matrix::random(shape.starts().back(), 3 * shape.heads * shape.head_dim, 1);
}

Matrix naive(const Shape& shape, const Matrix& qkv) {
  const std::vector<std::int32_t> starts = shape.starts();
  const std::int64_t width = static_cast<std::int64_t>(shape.heads) * shape.head_dim;
  Matrix out(DType::kF32, starts.back(), width);
  for (std::size_t s = 0; s < shape.lengths.size(); ++s) {
    for (std::int32_t r = starts[s]; r < starts[s + 1]; ++r) {
      for (std::int64_t column = 0; column < width; column += shape.head_dim) {
        std::vector<double> sums(static_cast<std::size_t>(shape.head_dim));
        double total = 0;
        for (std::int32_t j = starts[s]; j < starts[s + 1]; ++j) {
          double dot = 0;
          for (int d = 0; d < shape.head_dim; ++d) {
            dot += static_cast<double>(qkv.row(r)[column + d]) * qkv.row(j)[width + column + d];
          }
          const double weight = std::exp(0.25 * dot);
          total += weight;
          for (int d = 0; d < shape.head_dim; ++d) {
            sums[static_cast<std::size_t>(d)] += weight * qkv.row(j)[2 * width + column + d];
          }
        }
        for (int d = 0; d < shape.head_dim; ++d) {
          out.row(r)[column + d] = static_cast<float>(sums[static_cast<std::size_t>(d)] / total);
        }
      }
    }
  }
  return out;
}

const Shape kShapes[] = {
    {12, 32, {1, 15, 16, 17, 100}},
    {2, 64, {256, 3}},
    {3, 80, {300}},
    {1, 16, {700, 33}},
};

// avx512_bf16 rounds everything that it multiplies to BF16, by 2^-9 at most.
float tolerance(Isa isa) { return isa == Isa::kAvx512Bf16 ? 1.0f / 64 : 1e-5f; }

TEST(EncoderAttention, IsTheSoftmaxOfTheDefinition) {
  for (const Shape& shape : kShapes) {
    const Matrix qkv = random_qkv(shape), expected = naive(shape, qkv);
    for (const Isa isa : machine_isas()) {
      SCOPED_TRACE(std::string(name(isa)) + " head_dim " + std::to_string(shape.head_dim));
      expect_near_rows(expected.view(), attend(shape, qkv, isa, 2).view(), tolerance(isa));
    }
  }
}

TEST(EncoderAttention, ASequenceAloneGivesTheSameBits) {
  for (const Shape& shape : kShapes) {
    const Matrix qkv = random_qkv(shape);
    const std::vector<std::int32_t> starts = shape.starts();
    for (const Isa isa : machine_isas()) {
      const Matrix together = attend(shape, qkv, isa);
      expect_same_bits(together.view(), attend(shape, qkv, isa, 3).view());
      for (std::size_t s = 0; s < shape.lengths.size(); ++s) {
        const std::int32_t length = shape.lengths[s];
        const Matrix part(DType::kF32, length, qkv.view().columns);
        for (std::int32_t r = 0; r < length; ++r) std::copy_n(qkv.row(starts[s] + r), qkv.view().columns, part.row(r));
        const Matrix alone = attend({shape.heads, shape.head_dim, {length}}, part, isa, 2);
        expect_same_bits(together.rows(starts[s], length), alone.view());
      }
    }
  }
}

TEST(EncoderAttention, QuantizesEachHeadIntoItsPartOfTheRow) {
  const Shape& shape = kShapes[0];
  const Matrix qkv = random_qkv(shape);
  for (const Isa isa : machine_isas()) {
    const Matrix expected = attend(shape, qkv, isa);
    const Matrix quantized(DType::kI8G32, expected.view().rows, expected.view().columns);
    run(cpu_kernels(isa).quantize, {expected.view(), quantized.view()});
    expect_same_bits(quantized.view(), attend(shape, qkv, isa, 2, DType::kI8G32).view());
  }
}

}  // namespace
}  // namespace lectern::kernels::test
