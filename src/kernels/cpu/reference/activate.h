// The activation functions as their definitions have them.
#pragma once

#include <cmath>

#include "kernels/ops.h"

namespace lectern::kernels::scalar {

inline float activate(Activation activation, float x) {
  switch (activation) {
    case Activation::kSilu:
      return x / (1.0f + std::exp(-x));
    case Activation::kGelu:
      return 0.5f * x * (1.0f + std::erf(x * 0.70710678f));
    case Activation::kGeluTanh:
      break;
  }
  return 0.5f * x * (1.0f + std::tanh(0.79788456f * (x + 0.044715f * x * x * x)));
}

}  // namespace lectern::kernels::scalar
