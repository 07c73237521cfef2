#include "kernels/cpu/product.h"

#include <algorithm>

#include "kernels/cpu/linear_tile.h"
#include "kernels/cpu/rms_norm_row.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

namespace {

// Rows of one tile. With AVX-512 their sums, eight vectors of weights and the scales fill the 32 registers. With AVX2
// the float formats' sums fill 12 of 16, and the quantized formats keep theirs in the first-level cache.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kQuantizedRows = 4;  // the same bits; instrumented tiles of 12 take the compiler minutes
constexpr int kFloatRows = 4;
#elif defined(LECTERN_ISA_AVX512)
constexpr int kQuantizedRows = 12;
constexpr int kFloatRows = 12;
#else
constexpr int kQuantizedRows = 12;
constexpr int kFloatRows = 6;
#endif

// Activations of a block of rows: they stay in the second-level cache (0.5 to 2 MB a core) while panels go by.
constexpr std::size_t kBlockBytes = 384 * 1024;
// Items for each worker, so that the last one to finish is at most some 3 % late.
constexpr std::int64_t kItems = 32;
// Weights of an item at least: some 0.5 µs of reading, against 0.1 for taking an item.
constexpr std::size_t kItemBytes = 8 * 1024;

template <DType kType, int... i>
TileKernel pick(int rows, std::integer_sequence<int, i...>) {
  if constexpr (is_quantized(kType)) {
    static constexpr TileKernel kKernels[] = {&quantized_tile<kType, i + 1>...};
    return kKernels[rows - 1];
  } else {
    static constexpr TileKernel kKernels[] = {&float_tile<kType, i + 1>...};
    return kKernels[rows - 1];
  }
}

template <DType kType>
TileKernel pick(int rows) {
  return pick<kType>(rows, std::make_integer_sequence < int, is_quantized(kType) ? kQuantizedRows : kFloatRows > {});
}

TileKernel tile_kernel(DType type, int rows) {
  switch (type) {
    case DType::kF16:
      return pick<DType::kF16>(rows);
    case DType::kBF16:
      return pick<DType::kBF16>(rows);
    case DType::kQ4_0:
      return pick<DType::kQ4_0>(rows);
    case DType::kQ4_1:
      return pick<DType::kQ4_1>(rows);
    case DType::kQ8_0:
      return pick<DType::kQ8_0>(rows);
    case DType::kQ4_K:
      return pick<DType::kQ4_K>(rows);
    case DType::kQ5_K:
      return pick<DType::kQ5_K>(rows);
    case DType::kQ6_K:
      return pick<DType::kQ6_K>(rows);
    default:
      return pick<DType::kF32>(rows);
  }
}

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Values that a worker normalizes for itself rather than wait for others: some 0.5 µs.
constexpr std::int64_t kOwnValues = 4096;

View room_of_worker(const RowNorm& norm, std::int64_t rows) {
  static thread_local Scratch scratch;
  View room = norm.room;
  room.rows = rows;
  room.stride = align64(room.type == DType::kF32 ? static_cast<std::size_t>(room.columns) * 4
                                                 : quantized_row_bytes(room.columns));
  room.data = scratch.reserve(static_cast<std::size_t>(rows) * room.stride);
  return room;
}

}  // namespace

View normalized(const View& x, const RowNorm& norm, Team& team) {
  if (norm.weight == nullptr) return x;
  const bool alone = x.rows * x.columns <= kOwnValues;
  const View room = alone ? room_of_worker(norm, x.rows) : norm.room;
  const auto normalize = [&](std::int64_t row) {
    rms_norm_row(x.row<const float>(row), norm.weight, norm.eps, room, row);
  };
  if (alone) {
    for (std::int64_t row = 0; row < x.rows; ++row) normalize(row);
  } else {
    for_rows(team, x.rows, x.columns, normalize);
  }
  return room;
}

ProductPlan plan_product(const Product& product, std::int64_t unit_panels, int workers) {
  const bool quantized = is_quantized(product.w.type);
  const std::int64_t columns = product.w.columns;
  const std::size_t row_bytes = quantized ? quantized_row_bytes(columns) : static_cast<std::size_t>(columns) * 4;
  ProductPlan plan{};
  plan.rows = product.x.rows;
  plan.tiles = divide_up(plan.rows, quantized ? kQuantizedRows : kFloatRows);
  const std::int64_t blocks =
      divide_up(static_cast<std::int64_t>(static_cast<std::size_t>(plan.rows) * row_bytes), kBlockBytes);
  plan.blocks = std::clamp<std::int64_t>(blocks, 1, plan.tiles);
  plan.units = divide_up(product.w.rows, unit_panels * kPanelRows);
  const std::int64_t wanted = divide_up(kItems * workers, plan.blocks);
  const auto unit_bytes = static_cast<std::size_t>(unit_panels) * panel_bytes(product.w.type, columns);
  const std::int64_t least = plan.tiles > 1 ? 1 : static_cast<std::int64_t>(kItemBytes / unit_bytes) + 1;
  plan.runs = std::clamp<std::int64_t>(wanted, 1, divide_up(plan.units, least));
  return plan;
}

void multiply(const Product& product, ProductPlan::Range rows, std::int64_t panel, const TileOutput& to) {
  const PackedMatrix& w = product.w;
  const std::int64_t n = panel * kPanelRows;
  Tile tile{};
  tile.x = product.x.row<const std::byte>(rows.begin);
  tile.x_stride = product.x.stride;
  tile.panel = w.data + static_cast<std::size_t>(panel) * panel_bytes(w.type, w.columns);
  tile.columns = w.columns;
  tile.outputs = static_cast<int>(std::min<std::int64_t>(kPanelRows, w.rows - n));
  tile.bias = product.bias != nullptr ? product.bias + n : nullptr;
  tile.residual = to.residual;
  tile.residual_stride = to.residual_stride;
  tile.out = to.out;
  tile.out_stride = to.stride;
  tile_kernel(w.type, static_cast<int>(rows.end - rows.begin))(tile);
}

LECTERN_ISA_END
