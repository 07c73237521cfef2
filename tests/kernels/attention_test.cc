#include "paged_sequences.h"

namespace lectern::kernels::test {
namespace {

Matrix attend(const AttentionShape& shape, const AttentionInputs& inputs, const AttentionSchedule& schedule, Isa isa) {
  return PagedSequences(shape, inputs, schedule, isa).run_all();
}

double stored(float x, DType type) {
  if (type == DType::kF32) return x;
  return type == DType::kF16 ? f16_to_float(float_to_f16(x)) : bf16_to_float(float_to_bf16(x));
}

// The definition, in doubles, without cache, blocks or splits.
Matrix naive(const AttentionShape& shape, const AttentionInputs& inputs) {
  Matrix out(DType::kF32, shape.tokens(), shape.width());
  int begin = 0;
  for (const int length : shape.lengths) {
    for (int p = 0; p < length; ++p) {
      for (int h = 0; h < shape.heads; ++h) {
        const int kv_column = h / (shape.heads / shape.kv_heads) * shape.head_dim;
        const int first = shape.window > 0 ? std::max(0, p - shape.window + 1) : 0;
        std::vector<double> sums(static_cast<std::size_t>(shape.head_dim));
        double total = 0;
        for (int j = first; j <= p; ++j) {
          double dot = 0;
          for (int d = 0; d < shape.head_dim; ++d) {
            dot += static_cast<double>(inputs.q.row(begin + p)[h * shape.head_dim + d]) *
                   stored(inputs.k.row(begin + j)[kv_column + d], shape.type);
          }
          const double weight = std::exp(dot * shape.scale());
          total += weight;
          for (std::size_t d = 0; d < sums.size(); ++d) {
            sums[d] += weight * stored(inputs.v.row(begin + j)[kv_column + static_cast<int>(d)], shape.type);
          }
        }
        for (std::size_t d = 0; d < sums.size(); ++d) {
          out.row(begin + p)[h * shape.head_dim + static_cast<int>(d)] = static_cast<float>(sums[d] / total);
        }
      }
    }
    begin += length;
  }
  return out;
}

std::vector<AttentionShape> shapes() {
  return {
      {DType::kF16, 3, 3, 64, 16, 0, {1, 40, 17}}, {DType::kF16, 9, 3, 64, 32, 0, {300, 5, 530}},
      {DType::kBF16, 6, 1, 128, 64, 0, {290}},     {DType::kF32, 2, 2, 80, 16, 0, {70, 261}},
      {DType::kF16, 4, 2, 96, 32, 0, {257}},       {DType::kF32, 6, 2, 32, 64, 100, {333, 90}},
      {DType::kF16, 3, 1, 64, 16, 7, {64, 30}},    {DType::kBF16, 2, 1, 16, 32, 300, {700}},
      {DType::kF16, 2, 1, 256, 16, 0, {20}},
  };
}

std::string describe(const AttentionShape& s) {
  return std::string(name(s.type)) + " heads " + std::to_string(s.heads) + "/" + std::to_string(s.kv_heads) + " x " +
         std::to_string(s.head_dim) + ", blocks of " + std::to_string(s.block_size) + ", window " +
         std::to_string(s.window);
}

// Vector kernels round queries and weights to BF16 before they multiply BF16 with them: by 2^-9 at most, each of the
// products of a score.
float tolerance(DType stored, Isa isa) { return stored == DType::kBF16 && isa != Isa::kScalar ? 1.0f / 64 : 1e-5f; }

TEST(Attention, IsTheSoftmaxOfTheDefinition) {
  for (const AttentionShape& shape : shapes()) {
    const AttentionInputs inputs(shape);
    const Matrix expected = naive(shape, inputs);
    for (const Isa isa : machine_isas()) {
      SCOPED_TRACE(std::string(name(isa)) + ": " + describe(shape));
      expect_near_rows(expected.view(), attend(shape, inputs, {}, isa).view(), tolerance(shape.type, isa));
    }
  }
}

TEST(Attention, TakesHeadSizesThatFillNoVectorInTheReference) {
  const AttentionShape shape{DType::kF32, 4, 2, 5, 16, 0, {50}};
  const AttentionInputs inputs(shape);
  expect_near_rows(naive(shape, inputs).view(), attend(shape, inputs, {}, Isa::kScalar).view(), 1e-5f);
}

TEST(Attention, NoScheduleChangesABit) {
  const AttentionSchedule schedules[] = {
      {.chunk = 7},
      {.chunk = 64, .workers = 3, .placement = 2},
      {.chunk = 100, .workers = 2, .placement = 3, .together = false},
      {.workers = 2, .placement = 4},
      {.workers = 3, .placement = 5, .together = false},
  };
  for (const AttentionShape& shape : shapes()) {
    const AttentionInputs inputs(shape);
    for (const Isa isa : machine_isas()) {
      const Matrix expected = attend(shape, inputs, {}, isa);
      for (const AttentionSchedule& schedule : schedules) {
        SCOPED_TRACE(std::string(name(isa)) + ": " + describe(shape) + ", chunks of " + std::to_string(schedule.chunk) +
                     ", workers " + std::to_string(schedule.workers));
        expect_same_bits(expected.view(), attend(shape, inputs, schedule, isa).view());
      }
    }
  }
}

// One token a step: with several workers, long sequences are shared split by split.
TEST(Attention, DecodingGivesThePrefillsBits) {
  const AttentionShape few[] = {
      {DType::kF16, 9, 3, 64, 32, 0, {530}},
      {DType::kF16, 2, 1, 64, 16, 0, {3, 520, 280, 1}},
      {DType::kBF16, 6, 1, 32, 16, 270, {580}},
  };
  for (const AttentionShape& shape : few) {
    const AttentionInputs inputs(shape);
    for (const Isa isa : vector_isas()) {
      const Matrix expected = attend(shape, inputs, {}, isa);
      for (const int workers : {1, 2}) {
        SCOPED_TRACE(std::string(name(isa)) + ": " + describe(shape) + ", workers " + std::to_string(workers));
        expect_same_bits(expected.view(), attend(shape, inputs, {.chunk = 1, .workers = workers}, isa).view());
      }
    }
  }
}

// Contexts longer than one round of shared splits.
TEST(Attention, ManySplitsMergeInOrder) {
  const AttentionShape shape{DType::kF16, 3, 1, 32, 64, 0, {9000}};
  const AttentionInputs inputs(shape);
  for (const Isa isa : vector_isas()) {
    const Matrix alone = attend(shape, inputs, {.chunk = 8990}, isa);
    const Matrix shared = attend(shape, inputs, {.chunk = 8990, .workers = 3}, isa);
    expect_same_bits(alone.rows(8900, 100), shared.rows(8900, 100));
  }
}

TEST(Attention, QuantizesEachHeadIntoItsPartOfTheRow) {
  const AttentionShape shape{DType::kF16, 6, 2, 64, 32, 0, {300, 20}};
  const AttentionInputs inputs(shape);
  for (const Isa isa : machine_isas()) {
    const Matrix expected = attend(shape, inputs, {}, isa);
    const Matrix quantized(DType::kI8G32, shape.tokens(), shape.width());
    run(cpu_kernels(isa).quantize, {expected.view(), quantized.view()});
    for (const int chunk : {1000, 9}) {
      const AttentionSchedule schedule{.chunk = chunk, .workers = 2, .out = DType::kI8G32};
      expect_same_bits(quantized.view(), attend(shape, inputs, schedule, isa).view());
    }
  }
}

// Scores far apart: weights underflow, none overflows.
TEST(Attention, SurvivesExtremeScores) {
  AttentionShape shape{DType::kF32, 2, 1, 32, 16, 0, {300}};
  const AttentionInputs inputs(shape);
  for (std::int64_t r = 0; r < 300; ++r) {
    for (int i = 0; i < 64; ++i) inputs.q.row(r)[i] *= 300.0f;
  }
  const Matrix expected = attend(shape, inputs, {}, Isa::kScalar);
  for (const Isa isa : vector_isas()) expect_near_rows(expected.view(), attend(shape, inputs, {}, isa).view(), 2e-3f);
}

}  // namespace
}  // namespace lectern::kernels::test
