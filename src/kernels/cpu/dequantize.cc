#include "kernels/cpu/dequantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/half.h"
#include "kernels/cpu/quant_block.h"

namespace lectern::kernels {
namespace {

template <float (*to_float)(std::uint16_t)>
void widen(const std::byte* source, std::int64_t columns, float* out) {
  for (std::int64_t i = 0; i < columns; ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, source + 2 * i, 2);
    out[i] = to_float(bits);
  }
}

}  // namespace

void dequantize(DType type, const std::byte* source, std::int64_t columns, float* out) {
  switch (type) {
    case DType::kF32:
      std::memcpy(out, source, static_cast<std::size_t>(columns) * sizeof(float));
      return;
    case DType::kF16:
      return widen<f16_to_float>(source, columns, out);
    case DType::kBF16:
      return widen<bf16_to_float>(source, columns, out);
    default:
      break;
  }
  const int values = block_values(type);
  QuantBlock block;
  for (std::int64_t i = 0; i < columns; i += values, source += block_bytes(type)) {
    read_block(type, source, block);
    dequantize_block(type, block, out + i);
  }
}

void quantize_q8_0(const float* values, std::int64_t columns, std::byte* blocks) {
  for (; columns > 0; columns -= 32, values += 32, blocks += 34) {
    float largest = 0;
    for (int i = 0; i < 32; ++i) largest = std::max(largest, std::fabs(values[i]));
    const std::uint16_t d = float_to_f16(largest / 127.0f);
    const float scale = f16_to_float(d);
    std::memcpy(blocks, &d, 2);
    for (int i = 0; i < 32; ++i) {
      // The stored scale may have been rounded down: 128 is cut to 127.
      const float q = scale > 0 ? std::clamp(std::nearbyint(values[i] / scale), -127.0f, 127.0f) : 0.0f;
      blocks[2 + i] = static_cast<std::byte>(static_cast<std::int8_t>(q));
    }
  }
}

}  // namespace lectern::kernels
