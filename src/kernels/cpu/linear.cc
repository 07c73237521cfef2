#include <algorithm>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/linear_tile.h"
#include "kernels/cpu/packing.h"

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

// How rows and panels are cut. None of it changes a bit of the result.
struct Plan {
  std::int64_t tiles;         // of rows, all within one of the same height
  std::int64_t row_blocks;    // runs of tiles
  std::int64_t panels;        // of weights
  std::int64_t panel_chunks;  // runs of panels; an item is a block and a chunk
};

Plan make_plan(const LinearArgs& args, int workers) {
  const bool quantized = is_quantized(args.w.type);
  const std::int64_t rows = args.out.rows;
  const std::size_t row_bytes =
      quantized ? quantized_row_bytes(args.w.columns) : static_cast<std::size_t>(args.w.columns) * 4;
  Plan plan;
  plan.tiles = divide_up(rows, quantized ? kQuantizedRows : kFloatRows);
  const std::int64_t blocks =
      divide_up(static_cast<std::int64_t>(static_cast<std::size_t>(rows) * row_bytes), kBlockBytes);
  plan.row_blocks = std::clamp<std::int64_t>(blocks, 1, plan.tiles);
  plan.panels = divide_up(args.w.rows, kPanelRows);
  const std::int64_t wanted = divide_up(kItems * workers, plan.row_blocks);
  const auto least = static_cast<std::int64_t>(kItemBytes / panel_bytes(args.w.type, args.w.columns)) + 1;
  plan.panel_chunks = std::clamp<std::int64_t>(wanted, 1, divide_up(plan.panels, plan.tiles > 1 ? 1 : least));
  return plan;
}

// A panel's outputs for the rows of tile `t`.
void run_tile(const LinearArgs& args, const Plan& plan, std::int64_t t, std::int64_t panel) {
  const std::int64_t first = args.out.rows * t / plan.tiles;
  const std::int64_t end = args.out.rows * (t + 1) / plan.tiles;
  const std::int64_t n = panel * kPanelRows;
  Tile tile{};
  tile.x = args.x.row<const std::byte>(first);
  tile.x_stride = args.x.stride;
  tile.panel = args.w.data + static_cast<std::size_t>(panel) * panel_bytes(args.w.type, args.w.columns);
  tile.columns = args.w.columns;
  tile.outputs = static_cast<int>(std::min<std::int64_t>(kPanelRows, args.w.rows - n));
  tile.bias = args.bias != nullptr ? args.bias + n : nullptr;
  tile.residual = args.residual ? args.residual.row<const float>(first) + n : nullptr;
  tile.residual_stride = args.residual.stride;
  tile.out = args.out.row<float>(first) + n;
  tile.out_stride = args.out.stride;
  tile_kernel(args.w.type, static_cast<int>(end - first))(tile);
}

}  // namespace

void linear(const LinearArgs& args, Team& team) {
  if (args.out.rows == 0) return;
  const Plan plan = make_plan(args, team.size());
  team.parallel_for(plan.row_blocks * plan.panel_chunks, [&](std::int64_t item) {
    const std::int64_t block = item / plan.panel_chunks;
    const std::int64_t chunk = item % plan.panel_chunks;
    const std::int64_t end = plan.panels * (chunk + 1) / plan.panel_chunks;
    for (std::int64_t panel = plan.panels * chunk / plan.panel_chunks; panel < end; ++panel) {
      const std::int64_t last = plan.tiles * (block + 1) / plan.row_blocks;
      for (std::int64_t t = plan.tiles * block / plan.row_blocks; t < last; ++t) run_tile(args, plan, t, panel);
    }
  });
}

LECTERN_ISA_END
