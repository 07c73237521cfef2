// The activation functions, sixteen values at a time.
#pragma once

#include "kernels/cpu/simd.h"
#include "kernels/ops.h"

LECTERN_ISA_BEGIN

LECTERN_SIMD F32x16 negated(F32x16 x) { return zero() - x; }

/// Abramowitz and Stegun, formula 7.1.26: within 1.5e-7, and the rounding of a few operations.
LECTERN_SIMD F32x16 erf(F32x16 x) {
  const F32x16 one = broadcast(1.0f);
  const F32x16 a = abs(x);
  const F32x16 t = one / fma(broadcast(0.3275911f), a, one);
  F32x16 p = broadcast(1.061405429f);
  p = fma(p, t, broadcast(-1.453152027f));
  p = fma(p, t, broadcast(1.421413741f));
  p = fma(p, t, broadcast(-0.284496736f));
  p = fma(p, t, broadcast(0.254829592f));
  const F32x16 positive = fnma(p * t, exp(negated(a * a)), one);
  return select_less(x, zero(), negated(positive), positive);
}

template <Activation kActivation>
LECTERN_SIMD F32x16 activate(F32x16 x) {
  const F32x16 one = broadcast(1.0f);
  if constexpr (kActivation == Activation::kSilu) {
    return x / (one + exp(negated(x)));
  } else if constexpr (kActivation == Activation::kGelu) {
    return broadcast(0.5f) * x * (one + erf(x * broadcast(0.70710678f)));
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
