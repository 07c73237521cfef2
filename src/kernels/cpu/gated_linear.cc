#include "kernels/cpu/activation_function.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/row_store.h"

LECTERN_ISA_BEGIN

namespace {

// A unit makes 32 outputs, a group of a quantized row: two panels of the gate, and the two beside which they stand.
constexpr std::int64_t kUnitPanels = 4;
constexpr int kUnitOutputs = 32;

template <Activation kActivation>
void gate_unit(float* values) {
  for (int i = 0; i < kUnitOutputs; i += kLanes) {
    store(values + i, activate<kActivation>(load(values + i)) * load(values + kUnitOutputs + i));
  }
}

}  // namespace

void gated_linear(const GatedLinearArgs& args, Team& team) {
  if (args.out.rows == 0) return;
  const Product product{normalized(args.x, args.norm, team), args.w, args.bias};
  const std::int64_t half = args.out.columns / kPanelRows;  // panels of the gate
  with_activation(args.activation, [&]<Activation kActivation>() {
    multiply_units(
        product, kUnitPanels, team, [&](std::int64_t unit, std::int64_t i) { return i / 2 * half + 2 * unit + i % 2; },
        [&](std::int64_t unit, std::int64_t row, float* values) {
          gate_unit<kActivation>(values);
          store_row_part(args.out, row, unit * kUnitOutputs, kUnitOutputs, values);
        });
  });
}

LECTERN_ISA_END
