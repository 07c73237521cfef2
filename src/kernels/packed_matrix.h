// A weight matrix in the layout that a target's kernels read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"
#include "core/isa.h"

namespace lectern::kernels {

/// [rows, columns] as y = x Wᵀ has it: a row makes one output. For the scalar target the rows are the checkpoint's own.
/// For the vector targets 16 rows are interleaved, and the last ones padded with zeros (cpu/packing.h).
struct PackedMatrix {
  DType type = DType::kF32;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  const std::byte* data = nullptr;  // 64-byte aligned
};

/// Whether `target` has a linear kernel for this type at this width.
bool can_pack(Isa target, DType type, std::int64_t columns);
/// Bytes of the packed matrix; a multiple of 64.
std::size_t packed_bytes(Isa target, DType type, std::int64_t rows, std::int64_t columns);
/// `source` holds the rows as the checkpoint has them (row_bytes each); `packed` has room for packed_bytes. A matrix
/// may be packed in blocks of a multiple of 64 rows, each at packed_bytes of the rows before it.
void pack(Isa target, DType type, std::int64_t rows, std::int64_t columns, const std::byte* source, std::byte* packed);
/// The type of the activations that `linear` of this weight wants on `target`: kF32 or kI8G32.
DType activation_type(Isa target, DType weight, std::int64_t columns);

}  // namespace lectern::kernels
