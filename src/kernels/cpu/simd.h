// Sixteen lanes on every vector instruction set: one AVX-512 register, or two of AVX2. The same operations in the same
// order on each lane, so that both sets give the same bits wherever only these functions are used.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/isa.h"

LECTERN_ISA_BEGIN

inline constexpr int kLanes = 16;

#define LECTERN_SIMD inline __attribute__((always_inline))

#if defined(LECTERN_ISA_AVX512)

struct F32x16 {
  __m512 v;
};
struct I32x16 {
  __m512i v;
};
struct U8x64 {
  __m512i v;
};

LECTERN_SIMD __mmask16 first_lanes(int n) { return static_cast<__mmask16>((1u << n) - 1u); }

LECTERN_SIMD F32x16 zero() { return {_mm512_setzero_ps()}; }
LECTERN_SIMD F32x16 broadcast(float x) { return {_mm512_set1_ps(x)}; }
LECTERN_SIMD F32x16 load(const float* p) { return {_mm512_loadu_ps(p)}; }
LECTERN_SIMD void store(float* p, F32x16 x) { _mm512_storeu_ps(p, x.v); }
/// The first n lanes (0 to 16); the others are zero, and nothing behind them is touched.
LECTERN_SIMD F32x16 load_partial(const float* p, int n) { return {_mm512_maskz_loadu_ps(first_lanes(n), p)}; }
LECTERN_SIMD void store_partial(float* p, F32x16 x, int n) { _mm512_mask_storeu_ps(p, first_lanes(n), x.v); }

LECTERN_SIMD F32x16 operator+(F32x16 a, F32x16 b) { return {_mm512_add_ps(a.v, b.v)}; }
LECTERN_SIMD F32x16 operator-(F32x16 a, F32x16 b) { return {_mm512_sub_ps(a.v, b.v)}; }
LECTERN_SIMD F32x16 operator*(F32x16 a, F32x16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
LECTERN_SIMD F32x16 operator/(F32x16 a, F32x16 b) { return {_mm512_div_ps(a.v, b.v)}; }
LECTERN_SIMD F32x16 sqrt(F32x16 x) { return {_mm512_sqrt_ps(x.v)}; }
/// a * b + c, rounded once.
LECTERN_SIMD F32x16 fma(F32x16 a, F32x16 b, F32x16 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
/// c - a * b, rounded once.
LECTERN_SIMD F32x16 fnma(F32x16 a, F32x16 b, F32x16 c) { return {_mm512_fnmadd_ps(a.v, b.v, c.v)}; }
/// Where one is NaN: b.
LECTERN_SIMD F32x16 min(F32x16 a, F32x16 b) { return {_mm512_min_ps(a.v, b.v)}; }
LECTERN_SIMD F32x16 max(F32x16 a, F32x16 b) { return {_mm512_max_ps(a.v, b.v)}; }
LECTERN_SIMD F32x16 abs(F32x16 x) { return {_mm512_abs_ps(x.v)}; }
/// a < b ? yes : no.
LECTERN_SIMD F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ), no.v, yes.v)};
}
/// The first n lanes of x, `other` in the rest.
LECTERN_SIMD F32x16 first_or(F32x16 x, int n, F32x16 other) {
  return {_mm512_mask_blend_ps(first_lanes(n), other.v, x.v)};
}

LECTERN_SIMD I32x16 zero_i32() { return {_mm512_setzero_si512()}; }
LECTERN_SIMD I32x16 broadcast(std::int32_t x) { return {_mm512_set1_epi32(x)}; }
LECTERN_SIMD I32x16 load(const std::int32_t* p) { return {_mm512_loadu_si512(p)}; }
LECTERN_SIMD void store(std::int32_t* p, I32x16 x) { _mm512_storeu_si512(p, x.v); }
LECTERN_SIMD I32x16 operator+(I32x16 a, I32x16 b) { return {_mm512_add_epi32(a.v, b.v)}; }
LECTERN_SIMD I32x16 operator-(I32x16 a, I32x16 b) { return {_mm512_sub_epi32(a.v, b.v)}; }
LECTERN_SIMD I32x16 operator&(I32x16 a, std::int32_t b) { return {_mm512_and_si512(a.v, _mm512_set1_epi32(b))}; }
LECTERN_SIMD I32x16 operator|(I32x16 a, I32x16 b) { return {_mm512_or_si512(a.v, b.v)}; }
template <int kBits>
LECTERN_SIMD I32x16 shift_left(I32x16 x) {
  return {_mm512_slli_epi32(x.v, kBits)};
}
template <int kBits>
LECTERN_SIMD I32x16 shift_right(I32x16 x) {  // arithmetic
  return {_mm512_srai_epi32(x.v, kBits)};
}
LECTERN_SIMD F32x16 to_float(I32x16 x) { return {_mm512_cvtepi32_ps(x.v)}; }
/// To nearest, ties to even.
LECTERN_SIMD I32x16 round_to_int(F32x16 x) { return {_mm512_cvtps_epi32(x.v)}; }
LECTERN_SIMD F32x16 as_float(I32x16 x) { return {_mm512_castsi512_ps(x.v)}; }
LECTERN_SIMD I32x16 as_int(F32x16 x) { return {_mm512_castps_si512(x.v)}; }
/// The low byte of each lane.
LECTERN_SIMD void store_bytes(std::int8_t* p, I32x16 x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(x.v));
}
LECTERN_SIMD I32x16 load_bytes(const std::int8_t* p) {
  return {_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
LECTERN_SIMD I32x16 load_bytes(const std::uint8_t* p) {
  return {_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}

LECTERN_SIMD F32x16 load_f16(const std::uint16_t* p) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
LECTERN_SIMD void store_f16(std::uint16_t* p, F32x16 x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(x.v, _MM_FROUND_TO_NEAREST_INT));
}
LECTERN_SIMD F32x16 load_bf16(const std::uint16_t* p) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))};
}
LECTERN_SIMD void store_u16(std::uint16_t* p, I32x16 x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(x.v));
}

LECTERN_SIMD __m256 lower_half(F32x16 x) { return _mm512_castps512_ps256(x.v); }
LECTERN_SIMD __m256 upper_half(F32x16 x) { return _mm512_extractf32x8_ps(x.v, 1); }
LECTERN_SIMD __m256i add_halves(I32x16 x) {
  return _mm256_add_epi32(_mm512_castsi512_si256(x.v), _mm512_extracti32x8_epi32(x.v, 1));
}

LECTERN_SIMD U8x64 load_u8(const std::uint8_t* p) { return {_mm512_loadu_si512(p)}; }

#else  // LECTERN_ISA_AVX2

struct F32x16 {
  __m256 lo, hi;
};
struct I32x16 {
  __m256i lo, hi;
};
struct U8x64 {
  __m256i lo, hi;
};

/// All bits in the first n lanes of eight.
LECTERN_SIMD __m256i first_of_8(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

LECTERN_SIMD F32x16 zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
LECTERN_SIMD F32x16 broadcast(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
LECTERN_SIMD F32x16 load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
LECTERN_SIMD void store(float* p, F32x16 x) {
  _mm256_storeu_ps(p, x.lo);
  _mm256_storeu_ps(p + 8, x.hi);
}
/// The first n lanes (0 to 16); the others are zero, and nothing behind them is touched.
LECTERN_SIMD F32x16 load_partial(const float* p, int n) {
  return {_mm256_maskload_ps(p, first_of_8(n)), _mm256_maskload_ps(p + 8, first_of_8(n - 8))};
}
LECTERN_SIMD void store_partial(float* p, F32x16 x, int n) {
  _mm256_maskstore_ps(p, first_of_8(n), x.lo);
  _mm256_maskstore_ps(p + 8, first_of_8(n - 8), x.hi);
}

LECTERN_SIMD F32x16 operator+(F32x16 a, F32x16 b) { return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)}; }
LECTERN_SIMD F32x16 operator-(F32x16 a, F32x16 b) { return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)}; }
LECTERN_SIMD F32x16 operator*(F32x16 a, F32x16 b) { return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)}; }
LECTERN_SIMD F32x16 operator/(F32x16 a, F32x16 b) { return {_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)}; }
LECTERN_SIMD F32x16 sqrt(F32x16 x) { return {_mm256_sqrt_ps(x.lo), _mm256_sqrt_ps(x.hi)}; }
/// a * b + c, rounded once.
LECTERN_SIMD F32x16 fma(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
/// c - a * b, rounded once.
LECTERN_SIMD F32x16 fnma(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fnmadd_ps(a.lo, b.lo, c.lo), _mm256_fnmadd_ps(a.hi, b.hi, c.hi)};
}
/// Where one is NaN: b.
LECTERN_SIMD F32x16 min(F32x16 a, F32x16 b) { return {_mm256_min_ps(a.lo, b.lo), _mm256_min_ps(a.hi, b.hi)}; }
LECTERN_SIMD F32x16 max(F32x16 a, F32x16 b) { return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)}; }
LECTERN_SIMD F32x16 abs(F32x16 x) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_andnot_ps(sign, x.lo), _mm256_andnot_ps(sign, x.hi)};
}
/// a < b ? yes : no.
LECTERN_SIMD F32x16 select_less(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return {_mm256_blendv_ps(no.lo, yes.lo, _mm256_cmp_ps(a.lo, b.lo, _CMP_LT_OQ)),
          _mm256_blendv_ps(no.hi, yes.hi, _mm256_cmp_ps(a.hi, b.hi, _CMP_LT_OQ))};
}
/// The first n lanes of x, `other` in the rest.
LECTERN_SIMD F32x16 first_or(F32x16 x, int n, F32x16 other) {
  return {_mm256_blendv_ps(other.lo, x.lo, _mm256_castsi256_ps(first_of_8(n))),
          _mm256_blendv_ps(other.hi, x.hi, _mm256_castsi256_ps(first_of_8(n - 8)))};
}

LECTERN_SIMD I32x16 zero_i32() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
LECTERN_SIMD I32x16 broadcast(std::int32_t x) { return {_mm256_set1_epi32(x), _mm256_set1_epi32(x)}; }
LECTERN_SIMD I32x16 load(const std::int32_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
}
LECTERN_SIMD void store(std::int32_t* p, I32x16 x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x.lo);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), x.hi);
}
LECTERN_SIMD I32x16 operator+(I32x16 a, I32x16 b) {
  return {_mm256_add_epi32(a.lo, b.lo), _mm256_add_epi32(a.hi, b.hi)};
}
LECTERN_SIMD I32x16 operator-(I32x16 a, I32x16 b) {
  return {_mm256_sub_epi32(a.lo, b.lo), _mm256_sub_epi32(a.hi, b.hi)};
}
LECTERN_SIMD I32x16 operator&(I32x16 a, std::int32_t b) {
  return {_mm256_and_si256(a.lo, _mm256_set1_epi32(b)), _mm256_and_si256(a.hi, _mm256_set1_epi32(b))};
}
LECTERN_SIMD I32x16 operator|(I32x16 a, I32x16 b) { return {_mm256_or_si256(a.lo, b.lo), _mm256_or_si256(a.hi, b.hi)}; }
template <int kBits>
LECTERN_SIMD I32x16 shift_left(I32x16 x) {
  return {_mm256_slli_epi32(x.lo, kBits), _mm256_slli_epi32(x.hi, kBits)};
}
template <int kBits>
LECTERN_SIMD I32x16 shift_right(I32x16 x) {  // arithmetic
  return {_mm256_srai_epi32(x.lo, kBits), _mm256_srai_epi32(x.hi, kBits)};
}
LECTERN_SIMD F32x16 to_float(I32x16 x) { return {_mm256_cvtepi32_ps(x.lo), _mm256_cvtepi32_ps(x.hi)}; }
/// To nearest, ties to even.
LECTERN_SIMD I32x16 round_to_int(F32x16 x) { return {_mm256_cvtps_epi32(x.lo), _mm256_cvtps_epi32(x.hi)}; }
LECTERN_SIMD F32x16 as_float(I32x16 x) { return {_mm256_castsi256_ps(x.lo), _mm256_castsi256_ps(x.hi)}; }
LECTERN_SIMD I32x16 as_int(F32x16 x) { return {_mm256_castps_si256(x.lo), _mm256_castps_si256(x.hi)}; }
/// The low half of each lane.
LECTERN_SIMD void store_u16(std::uint16_t* p, I32x16 x) {
  const __m256i low = _mm256_set1_epi32(0xffff);
  const __m256i packed = _mm256_packus_epi32(_mm256_and_si256(x.lo, low), _mm256_and_si256(x.hi, low));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_permute4x64_epi64(packed, 0xd8));
}
/// The low byte of each lane.
LECTERN_SIMD void store_bytes(std::int8_t* p, I32x16 x) {
  const __m256i low = _mm256_set1_epi32(0xff);
  const __m256i words =
      _mm256_permute4x64_epi64(_mm256_packus_epi32(_mm256_and_si256(x.lo, low), _mm256_and_si256(x.hi, low)), 0xd8);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                   _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}
LECTERN_SIMD I32x16 load_bytes(const std::int8_t* p) {
  return {_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))),
          _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + 8)))};
}
LECTERN_SIMD I32x16 load_bytes(const std::uint8_t* p) {
  return {_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))),
          _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + 8)))};
}

LECTERN_SIMD F32x16 load_f16(const std::uint16_t* p) {
  return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
          _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8)))};
}
LECTERN_SIMD void store_f16(std::uint16_t* p, F32x16 x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(x.lo, _MM_FROUND_TO_NEAREST_INT));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 8), _mm256_cvtps_ph(x.hi, _MM_FROUND_TO_NEAREST_INT));
}
LECTERN_SIMD F32x16 load_bf16(const std::uint16_t* p) {
  const __m256i lo = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  const __m256i hi = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8)));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(lo, 16)), _mm256_castsi256_ps(_mm256_slli_epi32(hi, 16))};
}

LECTERN_SIMD __m256 lower_half(F32x16 x) { return x.lo; }
LECTERN_SIMD __m256 upper_half(F32x16 x) { return x.hi; }
LECTERN_SIMD __m256i add_halves(I32x16 x) { return _mm256_add_epi32(x.lo, x.hi); }

LECTERN_SIMD U8x64 load_u8(const std::uint8_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32))};
}

#endif

/// In the lower half of each lane its BF16, rounded to nearest even; finite values only. The upper half is anything.
LECTERN_SIMD I32x16 bf16_bits(F32x16 x) {
#if defined(LECTERN_ISA_AVX512_BF16)
  return {_mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x.v)))};
#else
  const I32x16 bits = as_int(x);
  // bits + 0x7fff + the bit that stays last, then its upper half.
  const I32x16 last = shift_right<31>(shift_left<15>(bits));  // 0 or -1
  return shift_right<16>(bits + broadcast(std::int32_t{0x7fff}) - last);
#endif
}
LECTERN_SIMD void store_bf16(std::uint16_t* p, F32x16 x) { store_u16(p, bf16_bits(x)); }

/// The sum of all lanes: lane i + lane i + 8 first, then + 4, + 2, + 1.
LECTERN_SIMD float sum(F32x16 x) {
  const __m256 eight = _mm256_add_ps(lower_half(x), upper_half(x));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
LECTERN_SIMD std::int32_t sum(I32x16 x) {
  const __m256i eight = add_halves(x);
  const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}
LECTERN_SIMD float largest(F32x16 x) {
  const __m256 eight = _mm256_max_ps(lower_half(x), upper_half(x));
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

/// e^x within 2 ulp. Below -87.3 (where the result would be subnormal) it is 0, above 88.7 about the largest float.
LECTERN_SIMD F32x16 exp(F32x16 x) {
  const F32x16 lowest = broadcast(-87.33654f);
  const F32x16 clamped = max(lowest, min(broadcast(88.72283f), x));
  const I32x16 n = round_to_int(clamped * broadcast(1.44269504f));
  const F32x16 nf = to_float(n);
  // ln 2 in two parts, the first with enough trailing zeros that n times it is exact.
  F32x16 r = fnma(nf, broadcast(0.693359375f), clamped);
  r = fnma(nf, broadcast(-2.12194440e-4f), r);
  // Taylor coefficients of e^r for |r| <= ln(2) / 2: the first left out is below 2^-27.
  F32x16 p = broadcast(1.0f / 5040);
  p = fma(p, r, broadcast(1.0f / 720));
  p = fma(p, r, broadcast(1.0f / 120));
  p = fma(p, r, broadcast(1.0f / 24));
  p = fma(p, r, broadcast(1.0f / 6));
  p = fma(p, r, broadcast(0.5f));
  p = fma(p, r, broadcast(1.0f));
  p = fma(p, r, broadcast(1.0f));
  // 2^n in two factors, since 2^128 is no float.
  const I32x16 half = shift_right<1>(n);
  const I32x16 bias = broadcast(std::int32_t{127});
  const F32x16 result = p * as_float(shift_left<23>(half + bias)) * as_float(shift_left<23>(n - half + bias));
  return select_less(x, lowest, zero(), result);
}

/// 2^x for x <= 0, within 3 ulp; 2^0 is 1 exactly. Below -126 it stays near 2^-126.
LECTERN_SIMD F32x16 exp2_of_negative(F32x16 x) {
  const F32x16 clamped = max(x, broadcast(-126.0f));
  const I32x16 n = round_to_int(clamped);
  const F32x16 f = clamped - to_float(n);
  // Least relative error for |f| <= 1/2 with a constant term of 1: 9e-8.
  F32x16 p = broadcast(0.001326472731307149f);
  p = fma(p, f, broadcast(0.009671512991189957f));
  p = fma(p, f, broadcast(0.05550733581185341f));
  p = fma(p, f, broadcast(0.24022242426872253f));
  p = fma(p, f, broadcast(0.6931470036506653f));
  p = fma(p, f, broadcast(1.0f));
  return as_float(as_int(p) + shift_left<23>(n));
}

LECTERN_ISA_END
