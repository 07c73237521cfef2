#include "kernels/cpu/packing.h"

#include <algorithm>
#include <cstring>

#include "kernels/activation_row.h"
#include "kernels/cpu/dequantize.h"
#include "kernels/cpu/quant_block.h"

namespace lectern::kernels {
namespace {

constexpr std::size_t kVectors = 8;       // of a group
constexpr std::size_t kVectorBytes = 64;  // [16 rows][4 columns]

std::int64_t panels(std::int64_t rows) { return (rows + kPanelRows - 1) / kPanelRows; }

bool is_float(DType type) { return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16; }

void put(std::byte* to, std::uint16_t value) { std::memcpy(to, &value, 2); }
std::uint16_t get(const std::byte* from) {
  std::uint16_t value;
  std::memcpy(&value, from, 2);
  return value;
}

// Where the parts of a header lie, for row r of the panel. `group` counts from the panel's begin.
struct HeaderParts {
  std::byte* d;
  std::byte* m;       // Q4_1's m, the K formats' dmin
  std::byte* scales;  // stride 16
  std::byte* minima;  // stride 16
};

HeaderParts header_parts(DType type, std::byte* header, std::int64_t group, std::size_t row) {
  if (type == DType::kQ4_0 || type == DType::kQ8_0) {
    return {header + static_cast<std::size_t>(group % 2) * 32 + 2 * row, nullptr, nullptr, nullptr};
  }
  if (type == DType::kQ6_K) return {header + 2 * row, nullptr, header + 32 + row, nullptr};
  return {header + 2 * row, header + 32 + 2 * row, header + 64 + row, header + 64 + 128 + row};
}

void put_header(DType type, std::byte* header, std::int64_t group, std::size_t row, const QuantBlock& block) {
  const HeaderParts at = header_parts(type, header, group, row);
  put(at.d, block.d);
  if (at.m != nullptr) put(at.m, block.m);
  if (type == DType::kQ4_K || type == DType::kQ5_K) {
    for (std::size_t i = 0; i < 8; ++i) {
      at.scales[16 * i] = static_cast<std::byte>(block.scale[i]);
      at.minima[16 * i] = static_cast<std::byte>(block.min[i]);
    }
  } else if (type == DType::kQ6_K) {
    for (std::size_t i = 0; i < 16; ++i) at.scales[16 * i] = static_cast<std::byte>(block.scale[i]);
  }
}

void get_header(DType type, std::byte* header, std::int64_t group, std::size_t row, QuantBlock& block) {
  const HeaderParts at = header_parts(type, header, group, row);
  block.d = get(at.d);
  if (at.m != nullptr) block.m = get(at.m);
  if (type == DType::kQ4_K || type == DType::kQ5_K) {
    for (std::size_t i = 0; i < 8; ++i) {
      block.scale[i] = static_cast<std::uint8_t>(at.scales[16 * i]);
      block.min[i] = static_cast<std::uint8_t>(at.minima[16 * i]);
    }
  } else if (type == DType::kQ6_K) {
    for (std::size_t i = 0; i < 16; ++i) block.scale[i] = static_cast<std::uint8_t>(at.scales[16 * i]);
  }
}

// The quantized values of row `row`, 32 of them, into the vectors of a group (zero before the first row is put).
void put_group(DType type, std::byte* group, std::size_t row, const std::uint8_t* q) {
  for (std::size_t j = 0; j < kVectors; ++j) {
    for (std::size_t c = 0; c < 4; ++c) {
      const std::uint8_t value = q[4 * j + c];
      const std::size_t b = 4 * row + c;
      if (type == DType::kQ8_0) {
        group[j * kVectorBytes + b] = static_cast<std::byte>(value);
        continue;
      }
      group[j % 4 * kVectorBytes + b] |= static_cast<std::byte>((value & 15) << (j < 4 ? 0 : 4));
      if (type == DType::kQ5_K) group[256 + b] |= static_cast<std::byte>(value >> 4 << j);
      if (type == DType::kQ6_K) {
        group[256 + j / 4 * kVectorBytes + b] |= static_cast<std::byte>(value >> 4 << (2 * (j % 4)));
      }
    }
  }
}

void get_group(DType type, const std::byte* group, std::size_t row, std::uint8_t* q) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(group);
  for (std::size_t j = 0; j < kVectors; ++j) {
    for (std::size_t c = 0; c < 4; ++c) {
      const std::size_t b = 4 * row + c;
      if (type == DType::kQ8_0) {
        q[4 * j + c] = bytes[j * kVectorBytes + b];
        continue;
      }
      int value = bytes[j % 4 * kVectorBytes + b] >> (j < 4 ? 0 : 4) & 15;
      if (type == DType::kQ5_K) value |= (bytes[256 + b] >> j & 1) << 4;
      if (type == DType::kQ6_K) value |= (bytes[256 + j / 4 * kVectorBytes + b] >> (2 * (j % 4)) & 3) << 4;
      q[4 * j + c] = static_cast<std::uint8_t>(value);
    }
  }
}

void pack_quantized_row(DType type, std::int64_t columns, const std::byte* source, std::byte* panel, std::size_t row) {
  const GroupLayout layout = group_layout(type);
  const std::int64_t block_groups = block_values(type) / 32;
  QuantBlock block;
  for (std::int64_t group = 0; group < columns / 32; group += block_groups, source += block_bytes(type)) {
    read_block(type, source, block);
    put_header(type, panel + layout.header_offset(group), group, row, block);
    for (std::int64_t i = 0; i < block_groups; ++i) {
      put_group(type, panel + layout.group_offset(group + i), row, block.q.data() + 32 * i);
    }
  }
}

void pack_float_row(DType type, std::int64_t columns, const std::byte* source, std::byte* panel, std::size_t row) {
  const std::size_t size = block_bytes(type);
  for (std::size_t column = 0; column < static_cast<std::size_t>(columns); ++column) {
    std::memcpy(panel + (column * kPanelRows + row) * size, source + column * size, size);
  }
}

void unpack_quantized_row(DType type, std::int64_t columns, const std::byte* panel, std::size_t row, float* out) {
  const GroupLayout layout = group_layout(type);
  const std::int64_t block_groups = block_values(type) / 32;
  QuantBlock block;
  for (std::int64_t group = 0; group < columns / 32; group += block_groups, out += block_values(type)) {
    get_header(type, const_cast<std::byte*>(panel) + layout.header_offset(group), group, row, block);
    for (std::int64_t i = 0; i < block_groups; ++i) {
      get_group(type, panel + layout.group_offset(group + i), row, block.q.data() + 32 * i);
    }
    dequantize_block(type, block, out);
  }
}

void unpack_float_row(DType type, std::int64_t columns, const std::byte* panel, std::size_t row, float* out) {
  const std::size_t size = block_bytes(type);
  for (std::int64_t column = 0; column < columns; ++column) {
    dequantize(type, panel + (static_cast<std::size_t>(column) * kPanelRows + row) * size, 1, out + column);
  }
}

}  // namespace

std::size_t panel_bytes(DType type, std::int64_t columns) {
  if (!is_quantized(type)) return align64(static_cast<std::size_t>(columns) * kPanelRows * block_bytes(type));
  const GroupLayout layout = group_layout(type);
  const std::int64_t groups = columns / 32;
  const std::int64_t rest = groups % layout.unit_groups;
  const std::size_t whole = static_cast<std::size_t>(groups / layout.unit_groups) * layout.unit_bytes();
  return rest == 0 ? whole : whole + layout.header_bytes + static_cast<std::size_t>(rest) * layout.group_bytes;
}

bool can_pack(Isa, DType type, std::int64_t columns) {
  return columns > 0 && (is_float(type) || is_quantized(type)) && columns % block_values(type) == 0;
}

std::size_t packed_bytes(Isa target, DType type, std::int64_t rows, std::int64_t columns) {
  if (target == Isa::kScalar) return align64(static_cast<std::size_t>(rows) * row_bytes(type, columns));
  return static_cast<std::size_t>(panels(rows)) * panel_bytes(type, columns);
}

DType activation_type(Isa target, DType weight, std::int64_t) {
  return target != Isa::kScalar && is_quantized(weight) ? DType::kI8G32 : DType::kF32;
}

void pack(Isa target, DType type, std::int64_t rows, std::int64_t columns, const std::byte* source, std::byte* packed) {
  const std::size_t bytes = row_bytes(type, columns);
  const std::size_t all = packed_bytes(target, type, rows, columns);
  if (target == Isa::kScalar) {
    const std::size_t used = static_cast<std::size_t>(rows) * bytes;
    std::memcpy(packed, source, used);
    std::memset(packed + used, 0, all - used);
    return;
  }
  std::memset(packed, 0, all);
  for (std::int64_t row = 0; row < rows; ++row, source += bytes) {
    std::byte* panel = packed + static_cast<std::size_t>(row / kPanelRows) * panel_bytes(type, columns);
    const auto in_panel = static_cast<std::size_t>(row % kPanelRows);
    if (is_quantized(type)) {
      pack_quantized_row(type, columns, source, panel, in_panel);
    } else {
      pack_float_row(type, columns, source, panel, in_panel);
    }
  }
}

void unpack_row(Isa target, const PackedMatrix& matrix, std::int64_t row, float* out) {
  if (target == Isa::kScalar) {
    const std::size_t bytes = row_bytes(matrix.type, matrix.columns);
    dequantize(matrix.type, matrix.data + static_cast<std::size_t>(row) * bytes, matrix.columns, out);
    return;
  }
  const std::byte* panel =
      matrix.data + static_cast<std::size_t>(row / kPanelRows) * panel_bytes(matrix.type, matrix.columns);
  const auto in_panel = static_cast<std::size_t>(row % kPanelRows);
  if (is_quantized(matrix.type)) {
    unpack_quantized_row(matrix.type, matrix.columns, panel, in_panel, out);
  } else {
    unpack_float_row(matrix.type, matrix.columns, panel, in_panel, out);
  }
}

}  // namespace lectern::kernels
