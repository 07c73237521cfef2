#include "kernels/cpu/dequantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "core/half.h"
#include "dequantize_golden.h"

namespace lectern::kernels {
namespace {

TEST(Dequantize, GivesWhatGgmlGives) {
  for (const auto& row : golden::kRows) {
    SCOPED_TRACE(name(row.type));
    const auto columns = static_cast<std::int64_t>(row.values.size());
    ASSERT_EQ(row.bytes.size(), row_bytes(row.type, columns));
    // At an odd address, as a hostile or old file may have it.
    std::vector<std::byte> shifted(row.bytes.size() + 1);
    std::memcpy(shifted.data() + 1, row.bytes.data(), row.bytes.size());
    std::vector<float> out(row.values.size());
    dequantize(row.type, shifted.data() + 1, columns, out.data());
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], row.values[i]) << "value " << i;
  }
}

TEST(Dequantize, F32IsItself) {
  const std::vector<float> in = {1.5f, -0.0f, 3e38f, 1e-42f};
  std::vector<float> out(in.size());
  dequantize(DType::kF32, reinterpret_cast<const std::byte*>(in.data()), 4, out.data());
  EXPECT_EQ(in, out);
}

TEST(QuantizeQ8_0, ComesBackWithinHalfAStep) {
  std::vector<float> in(96);
  for (std::size_t i = 0; i < 64; ++i) in[i] = std::sin(static_cast<float>(i) * 1.7f) * static_cast<float>(i);
  std::vector<std::byte> blocks(row_bytes(DType::kQ8_0, 96));
  quantize_q8_0(in.data(), 96, blocks.data());
  std::vector<float> out(96);
  dequantize(DType::kQ8_0, blocks.data(), 96, out.data());
  for (std::size_t i = 0; i < 32; ++i) EXPECT_NEAR(out[i], in[i], 31.0f / 127 * 0.502f);
  for (std::size_t i = 32; i < 64; ++i) EXPECT_NEAR(out[i], in[i], 63.0f / 127 * 0.502f);
  for (std::size_t i = 64; i < 96; ++i) EXPECT_EQ(out[i], 0.0f);
}

TEST(QuantizeQ8_0, NeverWritesMinus128) {
  std::vector<float> in(32, 0.0f);
  // Its scale rounds down as F16, so that the largest value is more than 127 steps.
  in[3] = -127.0f * 1.00048f;
  std::vector<std::byte> block(34);
  quantize_q8_0(in.data(), 32, block.data());
  EXPECT_EQ(static_cast<int>(static_cast<std::int8_t>(block[2 + 3])), -127);
}

}  // namespace
}  // namespace lectern::kernels
