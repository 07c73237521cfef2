#include "kernels/cpu/activation_function.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/row_store.h"

LECTERN_ISA_BEGIN

namespace {

// A unit makes 32 outputs, a group of a quantized row.
constexpr std::int64_t kUnitPanels = 2;
constexpr int kUnitOutputs = 32;

}  // namespace

void activated_linear(const ActivatedLinearArgs& args, Team& team) {
  if (args.out.rows == 0) return;
  const Product product{normalized(args.x, args.norm, team), args.w, args.bias};
  with_activation(args.activation, [&]<Activation kActivation>() {
    multiply_units(
        product, kUnitPanels, team, [](std::int64_t unit, std::int64_t i) { return kUnitPanels * unit + i; },
        [&](std::int64_t unit, std::int64_t row, float* values) {
          for (int i = 0; i < kUnitOutputs; i += kLanes) store(values + i, activate<kActivation>(load(values + i)));
          store_row_part(args.out, row, unit * kUnitOutputs, kUnitOutputs, values);
        });
  });
}

LECTERN_ISA_END
