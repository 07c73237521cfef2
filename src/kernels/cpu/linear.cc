#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/product.h"

LECTERN_ISA_BEGIN

namespace {

TileOutput output_of(const LinearArgs& args, std::int64_t row, std::int64_t column) {
  TileOutput to{args.out.row<float>(row) + column, args.out.stride};
  if (args.residual) {
    to.residual = args.residual.row<const float>(row) + column;
    to.residual_stride = args.residual.stride;
  }
  return to;
}

}  // namespace

void linear(const LinearArgs& args, Team& team) {
  if (args.out.rows == 0) return;
  const Product product{normalized(args.x, args.norm, team), args.w, args.bias};
  const ProductPlan plan = plan_product(product, 1, team.size());
  team.parallel_runs(plan.items(), [&](std::int64_t item) {
    for_panels_and_tiles(plan, plan.units_of(item), plan.tiles_of(item),
                         [&](std::int64_t panel, ProductPlan::Range rows) {
                           multiply(product, rows, panel, output_of(args, rows.begin, panel * kPanelRows));
                         });
  });
}

LECTERN_ISA_END
