// The packed layout of weights that the vector kernels read.
//
// 16 rows make a panel; the last panel is padded with rows of zeros. In the float formats a panel is
// [columns][16 rows]. In the quantized ones 32 columns make a group, and `unit_groups` groups share a header with
// everything but the quantized values, so that every part begins at a multiple of 64 bytes:
//
//   header   Q4_0, Q8_0: f16 d[2 groups][16 rows]
//            Q4_1: f16 d[16], f16 m[16]
//            Q4_K, Q5_K: f16 d[16], f16 dmin[16], u8 scale[8 groups][16], u8 min[8][16]
//            Q6_K: f16 d[16], i8 scale[16 half groups][16], 32 bytes of nothing
//   groups   Eight vectors of 64 bytes, [16 rows][4 columns] each: vector j has columns 4j to 4j + 3, so that its
//   32-bit
//            lane is what one dot product instruction multiplies with four activations.
//            Q8_0 stores them as they are, q + 128. The others store the low nibbles in 256 bytes: byte b of the i-th
//            64 has vector i in its low nibble, vector i + 4 in its high one. Q5_K adds 64 bytes: bit j of byte b is
//            the fifth bit of vector j; Q6_K 128 bytes: bits 2 (j % 4) and the next of byte b in the (j / 4)-th 64.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/packed_matrix.h"

namespace lectern::kernels {

inline constexpr std::int64_t kPanelRows = 16;

struct GroupLayout {
  std::int64_t unit_groups;  // that share a header
  std::size_t header_bytes;
  std::size_t group_bytes;

  constexpr std::size_t unit_bytes() const {
    return header_bytes + static_cast<std::size_t>(unit_groups) * group_bytes;
  }
  /// Of the unit with this group, from the panel's begin; its header.
  constexpr std::size_t header_offset(std::int64_t group) const {
    return static_cast<std::size_t>(group / unit_groups) * unit_bytes();
  }
  constexpr std::size_t group_offset(std::int64_t group) const {
    return header_offset(group) + header_bytes + static_cast<std::size_t>(group % unit_groups) * group_bytes;
  }
};

/// Of a Q format.
constexpr GroupLayout group_layout(DType type) {
  switch (type) {
    case DType::kQ4_0:
      return {2, 64, 256};
    case DType::kQ4_1:
      return {1, 64, 256};
    case DType::kQ8_0:
      return {2, 64, 512};
    case DType::kQ4_K:
      return {8, 320, 256};
    case DType::kQ5_K:
      return {8, 320, 256 + 64};
    case DType::kQ6_K:
      return {8, 320, 256 + 128};
    default:
      return {1, 0, 0};
  }
}

constexpr bool is_quantized(DType type) { return group_layout(type).group_bytes != 0; }

/// Bytes of one panel; a multiple of 64.
std::size_t panel_bytes(DType type, std::int64_t columns);

/// Row `row` of a matrix packed for `target`, as F32.
void unpack_row(Isa target, const PackedMatrix& matrix, std::int64_t row, float* out);

}  // namespace lectern::kernels
