// A panel's group of 32 columns, unpacked into registers, and its dot product with quantized activations.
#pragma once

#include <cstring>
#include <utility>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/packing.h"
#include "kernels/cpu/quant_block.h"
#include "kernels/cpu/simd.h"

LECTERN_ISA_BEGIN

/// f(0), f(1), … f(kCount - 1), each with its argument as a constant, so that arrays it indexes become registers.
template <int kCount, typename F>
LECTERN_SIMD void unroll(F&& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, i>{}), ...);
  }
  (std::make_integer_sequence<int, kCount>{});
}

template <DType kType>
struct GroupTraits {
  static constexpr GroupLayout kLayout = group_layout(kType);
  static constexpr bool kMinimum = kType == DType::kQ4_1 || kType == DType::kQ4_K || kType == DType::kQ5_K;
  static constexpr int kZeroPoint = zero_point(kType);
  static constexpr int kScales = kType == DType::kQ6_K ? 2 : 1;  // of 32 columns
};

/// y += Σ of scale (dot - zero point) + minimum, for 16 rows.
template <DType kType>
struct WeightGroup {
  U8x64 w[8];  // vector j: columns 4j to 4j + 3
  F32x16 scale[GroupTraits<kType>::kScales];
  F32x16 minimum;  // where the format has one
};

#if defined(LECTERN_ISA_AVX512)

LECTERN_SIMD U8x64 low_nibbles(U8x64 x) { return {_mm512_and_si512(x.v, _mm512_set1_epi8(15))}; }
template <int kBits>
LECTERN_SIMD U8x64 shift(U8x64 x) {  // of 16-bit lanes: right where positive
  return {kBits >= 0 ? _mm512_srli_epi16(x.v, kBits >= 0 ? kBits : 0) : _mm512_slli_epi16(x.v, kBits < 0 ? -kBits : 0)};
}
/// low | (high & mask)
LECTERN_SIMD U8x64 or_masked(U8x64 low, U8x64 high, int mask) {
  return {_mm512_ternarylogic_epi32(low.v, high.v, _mm512_set1_epi8(static_cast<char>(mask)), 0xf8)};
}

#else

LECTERN_SIMD U8x64 low_nibbles(U8x64 x) {
  const __m256i mask = _mm256_set1_epi8(15);
  return {_mm256_and_si256(x.lo, mask), _mm256_and_si256(x.hi, mask)};
}
template <int kBits>
LECTERN_SIMD U8x64 shift(U8x64 x) {  // of 16-bit lanes: right where positive
  if constexpr (kBits >= 0) {
    return {_mm256_srli_epi16(x.lo, kBits), _mm256_srli_epi16(x.hi, kBits)};
  } else {
    return {_mm256_slli_epi16(x.lo, -kBits), _mm256_slli_epi16(x.hi, -kBits)};
  }
}
/// low | (high & mask)
LECTERN_SIMD U8x64 or_masked(U8x64 low, U8x64 high, int mask) {
  const __m256i bits = _mm256_set1_epi8(static_cast<char>(mask));
  return {_mm256_or_si256(low.lo, _mm256_and_si256(high.lo, bits)),
          _mm256_or_si256(low.hi, _mm256_and_si256(high.hi, bits))};
}

#endif

template <DType kType>
LECTERN_SIMD void load_weights(const std::byte* bytes, U8x64 (&w)[8]) {
  const auto* p = reinterpret_cast<const std::uint8_t*>(bytes);
  if constexpr (kType == DType::kQ8_0) {
    unroll<8>([&](auto j) __attribute__((always_inline)) { w[j] = load_u8(p + 64 * j); });
    return;
  }
  unroll<4>([&](auto i) __attribute__((always_inline)) {
    const U8x64 both = load_u8(p + 64 * i);
    w[i] = low_nibbles(both);
    w[i + 4] = low_nibbles(shift<4>(both));
  });
  if constexpr (kType == DType::kQ5_K) {
    const U8x64 plane = load_u8(p + 256);
    unroll<8>([&](auto j) __attribute__((always_inline)) { w[j] = or_masked(w[j], shift<j - 4>(plane), 0x10); });
  }
  if constexpr (kType == DType::kQ6_K) {
    unroll<8>([&](auto j) __attribute__((always_inline)) {
      const U8x64 plane = load_u8(p + 256 + 64 * (j / 4));
      w[j] = or_masked(w[j], shift<2 * (j % 4) - 4>(plane), 0x30);
    });
  }
}

template <DType kType>
LECTERN_SIMD WeightGroup<kType> load_group(const std::byte* panel, std::int64_t group) {
  constexpr GroupLayout kLayout = group_layout(kType);
  const std::byte* header = panel + kLayout.header_offset(group);
  const auto* d = reinterpret_cast<const std::uint16_t*>(header);
  const auto in_unit = static_cast<int>(group % kLayout.unit_groups);
  WeightGroup<kType> g;
  load_weights<kType>(panel + kLayout.group_offset(group), g.w);
  if constexpr (kType == DType::kQ4_0 || kType == DType::kQ8_0) {
    g.scale[0] = load_f16(d + 16 * in_unit);
  } else if constexpr (kType == DType::kQ4_1) {
    g.scale[0] = load_f16(d);
    g.minimum = load_f16(d + 16);
  } else if constexpr (kType == DType::kQ6_K) {
    const auto* scales = reinterpret_cast<const std::int8_t*>(header + 32) + 32 * in_unit;
    const F32x16 all = load_f16(d);
    g.scale[0] = all * to_float(load_bytes(scales));
    g.scale[1] = all * to_float(load_bytes(scales + 16));
  } else {
    const auto* scales = reinterpret_cast<const std::uint8_t*>(header + 64) + 16 * in_unit;
    g.scale[0] = load_f16(d) * to_float(load_bytes(scales));
    g.minimum = zero() - load_f16(d + 16) * to_float(load_bytes(scales + 128));
  }
  return g;
}

// Rows whose dot products are taken together. On AVX2 the weights come from the first-level cache, so that several rows
// share each load; on AVX-512 they are in registers.
#if defined(LECTERN_ISA_AVX512)
inline constexpr int kTogether = 1;
#else
inline constexpr int kTogether = 4;

/// Keeps the compiler from turning a chain of integer sums into a tree, whose parts would not fit the registers.
LECTERN_SIMD __m256i in_order(__m256i x) {
  asm("" : "+x"(x));
  return x;
}
#endif

/// Four activations from q, in every lane.
LECTERN_SIMD I32x16 broadcast_4(const std::int8_t* q) {
  std::int32_t bits;
  std::memcpy(&bits, q, 4);
  return broadcast(bits);
}

/// For each row, Σ over vectors [kFirst, kFirst + kCount) of w times the activations q[r][4 kFirst, …), minus the zero
/// point's share: sum[r] is the sum of these activations. Exact, in whatever order.
template <DType kType, int kFirst, int kCount, int kRows>
LECTERN_SIMD void dot(const U8x64 (&w)[8], const std::int8_t* const (&q)[kRows], const std::int32_t (&sum)[kRows],
                      I32x16 (&out)[kRows]) {
  constexpr int kZero = GroupTraits<kType>::kZeroPoint;
#if defined(LECTERN_ISA_AVX512)
  unroll<kRows>([&](auto r) __attribute__((always_inline)) {
    // Two chains: one of eight would wait for its own latency.
    __m512i even = kZero == 0 ? _mm512_setzero_si512() : _mm512_set1_epi32(-kZero * sum[r]);
    __m512i odd = _mm512_setzero_si512();
    unroll<kCount / 2>([&](auto j) __attribute__((always_inline)) {
      constexpr int at = kFirst + 2 * j;
      even = _mm512_dpbusd_epi32(even, w[at].v, broadcast_4(q[r] + 4 * at).v);
      odd = _mm512_dpbusd_epi32(odd, w[at + 1].v, broadcast_4(q[r] + 4 * at + 4).v);
    });
    out[r] = {_mm512_add_epi32(even, odd)};
  });
#else
  const __m256i ones = _mm256_set1_epi16(1);
  if constexpr (kType == DType::kQ8_0) {
    // Unsigned weights of up to 255 would saturate: 2 × 255 × 127 > 2^15. |w| <= 128 does not (2 × 128 × 127 < 2^15),
    // with the sign moved to the activations, and no zero point is left.
    const __m256i flip = _mm256_set1_epi8(-128);
    unroll<kRows>([&](auto r) __attribute__((always_inline)) { out[r] = zero_i32(); });
    unroll<kCount>([&](auto j) __attribute__((always_inline)) {
      const __m256i a = _mm256_xor_si256(w[kFirst + j].lo, flip);
      const __m256i b = _mm256_xor_si256(w[kFirst + j].hi, flip);
      const __m256i abs_a = _mm256_abs_epi8(a);
      const __m256i abs_b = _mm256_abs_epi8(b);
      unroll<kRows>([&](auto r) __attribute__((always_inline)) {
        const __m256i x = broadcast_4(q[r] + 4 * (kFirst + j)).lo;
        const __m256i pairs_a = _mm256_maddubs_epi16(abs_a, _mm256_sign_epi8(x, a));
        const __m256i pairs_b = _mm256_maddubs_epi16(abs_b, _mm256_sign_epi8(x, b));
        out[r].lo = in_order(_mm256_add_epi32(out[r].lo, _mm256_madd_epi16(pairs_a, ones)));
        out[r].hi = in_order(_mm256_add_epi32(out[r].hi, _mm256_madd_epi16(pairs_b, ones)));
      });
    });
  } else {
    // A 16-bit lane holds kChain pairs: 8 × 2 × 15 × 127, 4 × 2 × 31 × 127 and 2 × 2 × 63 × 127 are all below 2^15.
    constexpr int kChain = kType == DType::kQ6_K ? 2 : kType == DType::kQ5_K ? 4 : 8;
    unroll<kRows>([&](auto r) __attribute__((always_inline)) {
      out[r] = kZero == 0 ? zero_i32() : broadcast(-kZero * sum[r]);
    });
    unroll<kCount / kChain>([&](auto c) __attribute__((always_inline)) {
      __m256i lo[kRows];
      __m256i hi[kRows];
      unroll<kChain>([&](auto i) __attribute__((always_inline)) {
        constexpr int j = kFirst + c * kChain + i;
        unroll<kRows>([&](auto r) __attribute__((always_inline)) {
          const __m256i x = broadcast_4(q[r] + 4 * j).lo;
          const __m256i a = _mm256_maddubs_epi16(w[j].lo, x);
          const __m256i b = _mm256_maddubs_epi16(w[j].hi, x);
          lo[r] = i == 0 ? a : in_order(_mm256_add_epi16(lo[r], a));
          hi[r] = i == 0 ? b : in_order(_mm256_add_epi16(hi[r], b));
        });
      });
      unroll<kRows>([&](auto r) __attribute__((always_inline)) {
        out[r] = out[r] + I32x16{_mm256_madd_epi16(lo[r], ones), _mm256_madd_epi16(hi[r], ones)};
      });
    });
  }
#endif
}

LECTERN_ISA_END
