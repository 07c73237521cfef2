// Elements of a KV cache, sixteen lanes at a time: to and from floats, and multiplied. A lane holds one element, or of
// BF16 two that are neighbours along a sum.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/dtype.h"
#include "kernels/cpu/simd.h"

LECTERN_ISA_BEGIN

struct F16 {
  std::uint16_t bits;
};
struct BF16 {
  std::uint16_t bits;
};

/// Elements in a lane.
template <typename T>
inline constexpr int kTerms = 1;
template <>
inline constexpr int kTerms<BF16> = 2;

LECTERN_SIMD void store_element(float* p, F32x16 x) { store(p, x); }
LECTERN_SIMD void store_element(F16* p, F32x16 x) { store_f16(&p->bits, x); }
LECTERN_SIMD void store_element(BF16* p, F32x16 x) { store_bf16(&p->bits, x); }

/// What elements of T are multiplied with: queries and weights.
template <typename T>
struct FactorOf {
  using Type = float;
};
template <>
struct FactorOf<BF16> {
  using Type = BF16;
};
template <typename T>
using Factor = typename FactorOf<T>::Type;

LECTERN_SIMD F32x16 load_lanes(const float* p) { return load(p); }
LECTERN_SIMD F32x16 load_lanes(const F16* p) { return load_f16(&p->bits); }
/// The same factor in every lane.
LECTERN_SIMD F32x16 broadcast_factor(const float* p) { return broadcast(*p); }
/// sum + the products of each lane.
LECTERN_SIMD F32x16 add_products(F32x16 factor, F32x16 lanes, F32x16 sum) { return fma(factor, lanes, sum); }

/// Two elements in each lane: the first in the lower half.
struct PairsX16 {
  I32x16 v;
};

LECTERN_SIMD PairsX16 load_lanes(const BF16* p) { return {load(reinterpret_cast<const std::int32_t*>(p))}; }
LECTERN_SIMD PairsX16 broadcast_factor(const BF16* p) {
  std::int32_t both;
  std::memcpy(&both, p, sizeof both);
  return {broadcast(both)};
}
LECTERN_SIMD void store_pairs(BF16* p, F32x16 first, F32x16 second) {
  store(reinterpret_cast<std::int32_t*>(p), (bf16_bits(first) & 0xffff) | shift_left<16>(bf16_bits(second)));
}
/// With 0 for each second element.
LECTERN_SIMD PairsX16 first_terms(PairsX16 x) { return {x.v & 0xffff}; }

#if defined(LECTERN_ISA_AVX512_BF16)
LECTERN_SIMD F32x16 add_products(PairsX16 factor, PairsX16 lanes, F32x16 sum) {
  return {_mm512_dpbf16_ps(sum.v, reinterpret_cast<__m512bh>(factor.v.v), reinterpret_cast<__m512bh>(lanes.v.v))};
}
#else
LECTERN_SIMD F32x16 add_products(PairsX16 factor, PairsX16 lanes, F32x16 sum) {
  sum = fma(as_float(shift_left<16>(factor.v)), as_float(shift_left<16>(lanes.v)), sum);
  return fma(as_float(factor.v & ~0xffff), as_float(lanes.v & ~0xffff), sum);
}
#endif

/// f.operator()<T>() with the element of a cache of that type.
template <typename F>
void with_element(DType type, F&& f) {
  switch (type) {
    case DType::kF16:
      return f.template operator()<F16>();
    case DType::kBF16:
      return f.template operator()<BF16>();
    default:
      return f.template operator()<float>();
  }
}

LECTERN_ISA_END
