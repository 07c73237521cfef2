#include "core/dtype.h"

#include <array>

namespace lectern {
namespace {

struct Format {
  DType type;
  std::string_view name;
  int values;
  std::size_t bytes;
};

constexpr std::array kFormats = {
    Format{DType::kF32, "F32", 1, 4},       Format{DType::kF16, "F16", 1, 2},
    Format{DType::kBF16, "BF16", 1, 2},     Format{DType::kI32, "I32", 1, 4},
    Format{DType::kQ4_0, "Q4_0", 32, 18},   Format{DType::kQ4_1, "Q4_1", 32, 20},
    Format{DType::kQ8_0, "Q8_0", 32, 34},   Format{DType::kQ4_K, "Q4_K", 256, 144},
    Format{DType::kQ5_K, "Q5_K", 256, 176}, Format{DType::kQ6_K, "Q6_K", 256, 210},
    Format{DType::kI8G32, "I8G32", 32, 44},
};

const Format& format(DType type) { return kFormats[static_cast<std::size_t>(type)]; }

}  // namespace

int block_values(DType type) { return format(type).values; }
std::size_t block_bytes(DType type) { return format(type).bytes; }

std::size_t row_bytes(DType type, std::int64_t columns) {
  return static_cast<std::size_t>(columns / block_values(type)) * block_bytes(type);
}

std::string_view name(DType type) { return format(type).name; }

std::optional<DType> dtype_from_name(std::string_view wanted) {
  for (const Format& f : kFormats) {
    if (f.name == wanted) return f.type;
  }
  return {};
}

}  // namespace lectern
