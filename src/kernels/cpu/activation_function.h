// The activation functions, sixteen values at a time.
#pragma once

#include "kernels/cpu/simd.h"
#include "kernels/ops.h"

LECTERN_ISA_BEGIN

LECTERN_SIMD F32x16 negated(F32x16 x) { return zero() - x; }

/// x Φ(x) = max(x, 0) - |x| T(|x|), where T(a) = erfc(a / √2) / 2 is 2^P(a): P of least error of a T(a) for a in [0, 6],
/// 1.3e-7. T(6) is 1e-9.
LECTERN_SIMD F32x16 gelu(F32x16 x) {
  const F32x16 a = min(broadcast(6.0f), abs(x));
  F32x16 p = broadcast(2.7981153834844008e-05f);
  p = fma(p, a, broadcast(-0.0007228870526887476f));
  p = fma(p, a, broadcast(0.007922358810901642f));
  p = fma(p, a, broadcast(-0.053156137466430664f));
  p = fma(p, a, broadcast(-0.4589710235595703f));
  p = fma(p, a, broadcast(-1.1511337757110596f));
  p = fma(p, a, broadcast(-1.0f));
  return fnma(a, exp2_of_negative(p), max(zero(), x));
}

template <Activation kActivation>
LECTERN_SIMD F32x16 activate(F32x16 x) {
  [[maybe_unused]] const F32x16 one = broadcast(1.0f);
  if constexpr (kActivation == Activation::kSilu) {
    return x / (one + exp(negated(x)));
  } else if constexpr (kActivation == Activation::kGelu) {
    return gelu(x);
  } else {
    // 0.5 (1 + tanh u) = 1 / (1 + e^(-2u)), with u = sqrt(2 / pi) (x + 0.044715 x³).
    const F32x16 u = broadcast(0.79788456f) * fma(broadcast(0.044715f) * x * x, x, x);
    return x / (one + exp(negated(u + u)));
  }
}

/// f.operator()<activation>(): one branch a call, not one a value.
template <typename F>
void with_activation(Activation activation, F&& f) {
  switch (activation) {
    case Activation::kSilu:
      return f.template operator()<Activation::kSilu>();
    case Activation::kGelu:
      return f.template operator()<Activation::kGelu>();
    case Activation::kGeluTanh:
      return f.template operator()<Activation::kGeluTanh>();
  }
}

LECTERN_ISA_END
