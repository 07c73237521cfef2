// How numbers are stored: in checkpoints, in engine files, in buffers between kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lectern {

/// The Q formats are ggml's block formats (github.com/ggml-org/ggml, docs of GGUF): 32 or 256 values share scales.
enum class DType : std::uint8_t {
  kF32,
  kF16,
  kBF16,
  kI32,
  kQ4_0,   // 32: f16 d, 16 bytes of nibbles;              w = d (q - 8)
  kQ4_1,   // 32: f16 d, f16 m, 16 bytes of nibbles;       w = d q + m
  kQ8_0,   // 32: f16 d, 32 x i8;                          w = d q
  kQ4_K,   // 256: f16 d, f16 dmin, 8 x (6-bit s, 6-bit m), nibbles;          w = d s q - dmin m
  kQ5_K,   // 256: the same with a fifth bit a value
  kQ6_K,   // 256: 4 + 2 bits a value, 16 x i8 scales, f16 d;                 w = d s (q - 32)
  kI8G32,  // activations: a row quantized in groups of 32, see kernels/activation_row.h
};

/// Values that share one block: 1 for plain types.
int block_values(DType type);
/// Bytes of one block. Not for kI8G32, whose rows have their own layout.
std::size_t block_bytes(DType type);
/// Bytes of a row of `columns` values, a whole number of blocks.
std::size_t row_bytes(DType type, std::int64_t columns);

std::string_view name(DType type);
std::optional<DType> dtype_from_name(std::string_view name);

}  // namespace lectern
