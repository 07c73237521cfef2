// What linear, gated_linear and qkv_linear share: rows times a packed matrix, cut into items for the workers.
#pragma once

#include <cstdint>

#include "core/worker_pool.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/packing.h"
#include "kernels/cpu/scratch.h"
#include "kernels/ops.h"

LECTERN_ISA_BEGIN

/// x Wᵀ + bias.
struct Product {
  View x;  // of type activation_type(w)
  PackedMatrix w;
  const float* bias;
};

/// The rows that a matrix takes; every worker calls it. A few rows each worker normalizes for itself, into memory of
/// its own: that is less work than a barrier.
View normalized(const View& x, const RowNorm& norm, Team& team);

/// How a product is cut: rows into tiles of nearly one height and these into blocks, columns into units (panels that
/// are finished together) and these into runs. An item is a block and a run. None of it changes a bit of the result.
struct ProductPlan {
  std::int64_t rows;
  std::int64_t tiles;
  std::int64_t blocks;
  std::int64_t units;
  std::int64_t runs;

  struct Range {
    std::int64_t begin, end;
  };

  std::int64_t items() const { return blocks * runs; }
  Range tiles_of(std::int64_t item) const { return part(tiles, item / runs, blocks); }
  Range units_of(std::int64_t item) const { return part(units, item % runs, runs); }
  Range rows_of(std::int64_t tile) const { return part(rows, tile, tiles); }

 private:
  static Range part(std::int64_t n, std::int64_t i, std::int64_t parts) { return {n * i / parts, n * (i + 1) / parts}; }
};

ProductPlan plan_product(const Product& product, std::int64_t unit_panels, int workers);

/// Where the outputs of a tile and a panel begin; strides in bytes.
struct TileOutput {
  float* out;
  std::size_t stride;
  const float* residual = nullptr;  // added; or null
  std::size_t residual_stride = 0;
};

/// The rows of one tile times one panel, with bias and residual.
void multiply(const Product& product, ProductPlan::Range rows, std::int64_t panel, const TileOutput& to);

/// f(panel, rows of a tile) for every pair of both: a tile's rows come into the first-level cache for two panels.
template <typename F>
void for_panels_and_tiles(const ProductPlan& plan, ProductPlan::Range panels, ProductPlan::Range tiles, F&& f) {
  for (std::int64_t first = panels.begin; first < panels.end; first += 2) {
    for (std::int64_t tile = tiles.begin; tile < tiles.end; ++tile) {
      const auto rows = plan.rows_of(tile);
      f(first, rows);
      if (first + 1 < panels.end) f(first + 1, rows);
    }
  }
}

/// A product whose units are finished while they are in cache: calls finish(unit, row, values) with the unit's outputs
/// of each row. Panel i of unit u is panel_of(u, i).
template <typename PanelOf, typename Finish>
void multiply_units(const Product& product, std::int64_t unit_panels, Team& team, PanelOf&& panel_of, Finish&& finish) {
  const ProductPlan plan = plan_product(product, unit_panels, team.size());
  const std::int64_t width = unit_panels * kPanelRows;
  team.parallel_runs(plan.items(), [&](std::int64_t item) {
    static thread_local Scratch scratch;
    const auto tiles = plan.tiles_of(item);
    const std::int64_t first = plan.rows_of(tiles.begin).begin;
    const std::int64_t end = plan.rows_of(tiles.end - 1).end;
    float* values = scratch.floats(static_cast<std::size_t>((end - first) * width));
    const auto units = plan.units_of(item);
    for (std::int64_t unit = units.begin; unit < units.end; ++unit) {
      for_panels_and_tiles(plan, {0, unit_panels}, tiles, [&](std::int64_t i, ProductPlan::Range rows) {
        multiply(product, rows, panel_of(unit, i),
                 {values + (rows.begin - first) * width + i * kPanelRows, static_cast<std::size_t>(width) * 4});
      });
      for (std::int64_t row = first; row < end; ++row) finish(unit, row, values + (row - first) * width);
    }
  });
}

LECTERN_ISA_END
