// Built once for each vector instruction set, as the kernels are.
#include "kernels/cpu/simd.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/half.h"
#include "core/isa.h"
#include "kernels/cpu/isa.h"

#if defined(LECTERN_ISA_AVX512)
#define SIMD_TEST(test) TEST(SimdAvx512, test)
constexpr auto kIsa = lectern::Isa::kAvx512;
namespace simd = lectern::kernels::avx512;
#else
#define SIMD_TEST(test) TEST(SimdAvx2, test)
constexpr auto kIsa = lectern::Isa::kAvx2;
namespace simd = lectern::kernels::avx2;
#endif

LECTERN_ISA_BEGIN

namespace {

void exp_16(const float* x, float* y) { store(y, exp(load(x))); }
float sum_16(const float* x) { return sum(load(x)); }
std::int32_t sum_16(const std::int32_t* x) { return sum(load(x)); }
float largest_16(const float* x) { return largest(load(x)); }
void copy_partial(const float* x, float* y, int n) { store_partial(y, load_partial(x, n), n); }
void load_partial_16(const float* x, float* y, int n) { store(y, load_partial(x, n)); }
void to_bf16_16(const float* x, std::uint16_t* y) { store_bf16(y, load(x)); }
void from_bf16_16(const std::uint16_t* x, float* y) { store(y, load_bf16(x)); }
void to_f16_16(const float* x, std::uint16_t* y) { store_f16(y, load(x)); }
void from_f16_16(const std::uint16_t* x, float* y) { store(y, load_f16(x)); }
void to_bytes_16(const float* x, std::int8_t* y) { store_bytes(y, round_to_int(load(x))); }
void from_bytes_16(const std::int8_t* x, float* y) { store(y, to_float(load_bytes(x))); }
void min_max_16(const float* a, const float* b, float* low, float* high) {
  store(low, min(load(a), load(b)));
  store(high, max(load(a), load(b)));
}

}  // namespace

LECTERN_ISA_END

namespace {

using Lanes = std::array<float, 16>;

Lanes counting(float first, float step) {
  Lanes lanes;
  for (std::size_t i = 0; i < 16; ++i) lanes[i] = first + step * static_cast<float>(i);
  return lanes;
}

SIMD_TEST(ExpIsWithinTwoUlp) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  Lanes y;
  for (float first = -87.0f; first < 88.7f; first += 0.0131f) {
    const Lanes x = counting(first, 0.000817f);
    simd::exp_16(x.data(), y.data());
    for (std::size_t i = 0; i < 16; ++i) {
      if (x[i] > 88.7f) continue;
      const double exact = std::exp(static_cast<double>(x[i]));
      const auto as_float = static_cast<float>(exact);
      const double ulp = static_cast<double>(std::nextafter(as_float, INFINITY)) - static_cast<double>(as_float);
      ASSERT_LE(std::fabs(static_cast<double>(y[i]) - exact), 2 * ulp) << x[i];
    }
  }
}

SIMD_TEST(ExpAtTheEdges) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  Lanes x = counting(0, 0);
  x[1] = -INFINITY;
  x[2] = -100;
  x[3] = -1e30f;
  x[4] = NAN;
  x[5] = 200;
  x[6] = -0.0f;
  Lanes y;
  simd::exp_16(x.data(), y.data());
  EXPECT_EQ(y[0], 1.0f);
  EXPECT_EQ(y[1], 0.0f);
  EXPECT_EQ(y[2], 0.0f);
  EXPECT_EQ(y[3], 0.0f);
  EXPECT_TRUE(std::isnan(y[4]));
  EXPECT_GT(y[5], 3e38f);
  EXPECT_EQ(y[6], 1.0f);
}

SIMD_TEST(SumsInOneOrder) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  Lanes x = counting(1.1f, 1e7f / 3);
  x[7] = -3e9f;
  Lanes tree = x;
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) tree[i] += tree[i + half];
  }
  EXPECT_EQ(simd::sum_16(x.data()), tree[0]);
  std::array<std::int32_t, 16> n;
  std::int32_t total = 0;
  for (std::int32_t i = 0; i < 16; ++i) total += n[static_cast<std::size_t>(i)] = i * i * 1001 - 5000;
  EXPECT_EQ(simd::sum_16(n.data()), total);
}

SIMD_TEST(LargestIsFoundInEveryLane) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  for (std::size_t i = 0; i < 16; ++i) {
    Lanes x = counting(-2, 0);
    x[i] = -1;
    EXPECT_EQ(simd::largest_16(x.data()), -1.0f) << i;
  }
}

SIMD_TEST(PartialTouchesNothingElse) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  for (std::size_t n = 0; n <= 16; ++n) {
    const std::vector<float> source(n, 3.0f);  // under the address sanitizer, reading past it fails
    Lanes loaded = counting(9, 0);
    simd::load_partial_16(source.data(), loaded.data(), static_cast<int>(n));
    Lanes stored = counting(9, 0);
    simd::copy_partial(source.data(), stored.data(), static_cast<int>(n));
    for (std::size_t i = 0; i < 16; ++i) {
      EXPECT_EQ(loaded[i], i < n ? 3.0f : 0.0f);
      EXPECT_EQ(stored[i], i < n ? 3.0f : 9.0f);
    }
  }
}

SIMD_TEST(HalvesAreThoseOfCore) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  std::array<std::uint16_t, 16> bits;
  Lanes back;
  for (float scale = 1e-9f; scale < 1e5f; scale *= 1.37f) {
    Lanes x = counting(-scale, scale / 7.3f);
    simd::to_f16_16(x.data(), bits.data());
    for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(bits[i], lectern::float_to_f16(x[i])) << x[i];
    simd::from_f16_16(bits.data(), back.data());
    for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(back[i], lectern::f16_to_float(bits[i])) << x[i];
    x[3] = std::bit_cast<float>(0x3f808000u);  // halfway between two of BF16
    x[4] = std::bit_cast<float>(0x3f818000u);
    simd::to_bf16_16(x.data(), bits.data());
    for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(bits[i], lectern::float_to_bf16(x[i])) << x[i];
    simd::from_bf16_16(bits.data(), back.data());
    for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(back[i], lectern::bf16_to_float(bits[i])) << x[i];
  }
}

SIMD_TEST(BytesKeepTheirOrder) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  const Lanes x = counting(-127, 16.5f);  // ties go to even
  std::array<std::int8_t, 16> bytes;
  simd::to_bytes_16(x.data(), bytes.data());
  for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(static_cast<float>(bytes[i]), std::nearbyint(x[i])) << i;
  Lanes back;
  simd::from_bytes_16(bytes.data(), back.data());
  for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(back[i], static_cast<float>(bytes[i])) << i;
}

SIMD_TEST(MinAndMaxGiveTheSecondForNan) {
  if (!lectern::machine_has(kIsa)) GTEST_SKIP();
  Lanes a = counting(0, 1);
  const Lanes b = counting(15, -1);
  a[2] = NAN;
  Lanes low;
  Lanes high;
  simd::min_max_16(a.data(), b.data(), low.data(), high.data());
  EXPECT_EQ(low[2], b[2]);
  EXPECT_EQ(high[2], b[2]);
  EXPECT_EQ(low[5], 5.0f);
  EXPECT_EQ(high[5], 10.0f);
}

}  // namespace
