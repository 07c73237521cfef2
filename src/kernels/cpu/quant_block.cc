#include "kernels/cpu/quant_block.h"

#include <cstring>

#include "core/half.h"

namespace lectern::kernels {
namespace {

std::uint16_t read_u16(const std::uint8_t* p) { return static_cast<std::uint16_t>(p[0] | p[1] << 8); }

// Value i is the low nibble of byte i, value i + 16 the high one.
void read_nibbles_32(const std::uint8_t* p, std::uint8_t* q) {
  for (int i = 0; i < 16; ++i) {
    q[i] = p[i] & 15;
    q[i + 16] = p[i] >> 4;
  }
}

// 12 bytes hold eight 6-bit scales and eight 6-bit minima: the first four of each in the low 6 bits of bytes 0..7, the
// last four split between nibbles of bytes 8..11 and the high 2 bits of bytes 0..7.
void read_scales_and_minima(const std::uint8_t* p, QuantBlock& block) {
  for (std::size_t i = 0; i < 4; ++i) {
    block.scale[i] = p[i] & 63;
    block.min[i] = p[i + 4] & 63;
    block.scale[i + 4] = static_cast<std::uint8_t>((p[i + 8] & 15) | (p[i] >> 6) << 4);
    block.min[i + 4] = static_cast<std::uint8_t>((p[i + 8] >> 4) | (p[i + 4] >> 6) << 4);
  }
}

// Groups of 32 come in pairs: the low nibbles of 32 bytes, then the high ones.
void read_nibbles_256(const std::uint8_t* p, std::uint8_t* q) {
  for (int pair = 0; pair < 4; ++pair, p += 32, q += 64) {
    for (int i = 0; i < 32; ++i) {
      q[i] = p[i] & 15;
      q[i + 32] = p[i] >> 4;
    }
  }
}

void read_q5_k(const std::uint8_t* p, QuantBlock& block) {
  read_scales_and_minima(p + 4, block);
  read_nibbles_256(p + 48, block.q.data());
  const std::uint8_t* fifth_bits = p + 16;  // bit g of byte i belongs to value i of group g
  for (int group = 0; group < 8; ++group) {
    for (int i = 0; i < 32; ++i) {
      block.q[static_cast<std::size_t>(group * 32 + i)] |= static_cast<std::uint8_t>((fifth_bits[i] >> group & 1) << 4);
    }
  }
}

// Each half of 128 values: 64 bytes of nibbles and 32 bytes of high bit pairs serve four runs of 32 values.
void read_q6_k(const std::uint8_t* p, QuantBlock& block) {
  for (int half = 0; half < 2; ++half) {
    const std::uint8_t* low = p + 64 * half;
    const std::uint8_t* high = p + 128 + 32 * half;
    std::uint8_t* q = block.q.data() + 128 * half;
    for (int i = 0; i < 32; ++i) {
      q[i] = static_cast<std::uint8_t>((low[i] & 15) | (high[i] & 3) << 4);
      q[i + 32] = static_cast<std::uint8_t>((low[i + 32] & 15) | (high[i] >> 2 & 3) << 4);
      q[i + 64] = static_cast<std::uint8_t>((low[i] >> 4) | (high[i] >> 4 & 3) << 4);
      q[i + 96] = static_cast<std::uint8_t>((low[i + 32] >> 4) | (high[i] >> 6) << 4);
    }
  }
  std::memcpy(block.scale.data(), p + 192, 16);
  block.d = read_u16(p + 208);
}

// One scale and one offset for 16 values that share them.
void scale_16(const std::uint8_t* q, int zero_point, float scale, float offset, float* out) {
  for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(q[i] - zero_point) + offset;
}

}  // namespace

void read_block(DType type, const std::byte* source, QuantBlock& block) {
  const auto* p = reinterpret_cast<const std::uint8_t*>(source);
  if (type == DType::kQ6_K) {
    read_q6_k(p, block);
    return;
  }
  block.d = read_u16(p);
  block.m = read_u16(p + 2);  // of Q4_1, Q4_K and Q5_K; elsewhere nobody looks
  switch (type) {
    case DType::kQ4_0:
      read_nibbles_32(p + 2, block.q.data());
      break;
    case DType::kQ4_1:
      read_nibbles_32(p + 4, block.q.data());
      break;
    case DType::kQ8_0:
      for (std::size_t i = 0; i < 32; ++i) block.q[i] = p[2 + i] ^ 0x80;
      break;
    case DType::kQ4_K:
      read_scales_and_minima(p + 4, block);
      read_nibbles_256(p + 16, block.q.data());
      break;
    case DType::kQ5_K:
      read_q5_k(p, block);
      break;
    default:
      break;
  }
}

void dequantize_block(DType type, const QuantBlock& block, float* out) {
  const int values = block_values(type);
  const int zero = zero_point(type);
  const float d = f16_to_float(block.d);
  for (int i = 0; i < values; i += 16) {
    float scale = d;
    float offset = 0;
    if (type == DType::kQ4_1) {
      offset = f16_to_float(block.m);
    } else if (type == DType::kQ4_K || type == DType::kQ5_K) {
      const auto group = static_cast<std::size_t>(i / 32);
      scale = d * block.scale[group];
      offset = -(f16_to_float(block.m) * block.min[group]);
    } else if (type == DType::kQ6_K) {
      scale = d * static_cast<std::int8_t>(block.scale[static_cast<std::size_t>(i / 16)]);
    }
    scale_16(block.q.data() + i, zero, scale, offset, out + i);
  }
}

}  // namespace lectern::kernels
