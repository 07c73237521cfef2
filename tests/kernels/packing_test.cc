#include "kernels/cpu/packing.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernels/cpu/dequantize.h"
#include "matrices.h"

namespace lectern::kernels {
namespace {

class Packing : public testing::TestWithParam<DType> {};

TEST_P(Packing, EveryRowComesBack) {
  const DType type = GetParam();
  for (const Isa isa : kIsas) {
    for (const std::int64_t rows : {1, 15, 16, 17, 50}) {
      for (const std::int64_t blocks : {1, 2, 3, 5}) {
        const std::int64_t columns = blocks * block_values(type);
        ASSERT_TRUE(can_pack(isa, type, columns));
        const auto source = test::random_weights(type, rows, columns, static_cast<unsigned>(rows * 10 + blocks));
        const test::Packed packed(isa, type, rows, columns, source);
        std::vector<float> expected(static_cast<std::size_t>(columns));
        std::vector<float> got(expected.size());
        for (std::int64_t row = 0; row < rows; ++row) {
          dequantize(type, source.data() + static_cast<std::size_t>(row) * row_bytes(type, columns), columns,
                     expected.data());
          unpack_row(isa, packed.matrix(), row, got.data());
          ASSERT_EQ(0, std::memcmp(expected.data(), got.data(), expected.size() * sizeof(float)))
              << name(isa) << ", row " << row << " of " << rows << ", " << columns << " columns";
        }
      }
    }
  }
}

TEST_P(Packing, BytesAreWholeLines) {
  for (const Isa isa : kIsas) {
    for (const std::int64_t blocks : {1, 2, 7}) {
      const std::int64_t columns = blocks * block_values(GetParam());
      EXPECT_EQ(packed_bytes(isa, GetParam(), 19, columns) % 64, 0u);
      EXPECT_GE(packed_bytes(isa, GetParam(), 19, columns), 19 * row_bytes(GetParam(), columns));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Packing, testing::ValuesIn(test::kWeightTypes),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(CanPack, WantsWholeBlocksOfAWeightFormat) {
  EXPECT_TRUE(can_pack(Isa::kAvx512, DType::kF16, 7));
  EXPECT_FALSE(can_pack(Isa::kAvx512, DType::kQ4_0, 48));
  EXPECT_FALSE(can_pack(Isa::kScalar, DType::kQ4_K, 128));
  EXPECT_FALSE(can_pack(Isa::kAvx2, DType::kI32, 32));
  EXPECT_FALSE(can_pack(Isa::kAvx2, DType::kI8G32, 32));
  EXPECT_FALSE(can_pack(Isa::kAvx2, DType::kF32, 0));
}

TEST(ActivationType, IsQuantizedForQuantizedWeightsOnVectorSets) {
  EXPECT_EQ(activation_type(Isa::kScalar, DType::kQ4_1, 64), DType::kF32);
  EXPECT_EQ(activation_type(Isa::kAvx2, DType::kQ4_1, 64), DType::kI8G32);
  EXPECT_EQ(activation_type(Isa::kAvx512, DType::kQ6_K, 256), DType::kI8G32);
  EXPECT_EQ(activation_type(Isa::kAvx512, DType::kBF16, 64), DType::kF32);
}

}  // namespace
}  // namespace lectern::kernels
