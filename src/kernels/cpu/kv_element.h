// Elements of a KV cache to and from floats, sixteen at a time.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "kernels/cpu/simd.h"

LECTERN_ISA_BEGIN

struct F16 {
  std::uint16_t bits;
};
struct BF16 {
  std::uint16_t bits;
};

LECTERN_SIMD F32x16 load_element(const float* p) { return load(p); }
LECTERN_SIMD F32x16 load_element(const F16* p) { return load_f16(&p->bits); }
LECTERN_SIMD F32x16 load_element(const BF16* p) { return load_bf16(&p->bits); }

LECTERN_SIMD void store_element(float* p, F32x16 x) { store(p, x); }
LECTERN_SIMD void store_element(F16* p, F32x16 x) { store_f16(&p->bits, x); }
LECTERN_SIMD void store_element(BF16* p, F32x16 x) { store_bf16(&p->bits, x); }

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
