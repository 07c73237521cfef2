#include "kernels/cpu/activation_function.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

namespace {

template <Activation kActivation>
void gate_rows(const GatedActivationArgs& args, Team& team) {
  const std::int64_t width = args.out.columns;
  for_rows(team, args.out.rows, 2 * width, [&](std::int64_t row) {
    const float* gate = args.x.row<float>(row);
    const float* up = gate + width;
    store_columns(args.out, row, [&](std::int64_t i) {
      return activate<kActivation>(load_up_to(gate + i, width - i)) * load_up_to(up + i, width - i);
    });
  });
}

}  // namespace

void gated_activation(const GatedActivationArgs& args, Team& team) {
  with_activation(args.activation, [&]<Activation kActivation>() { gate_rows<kActivation>(args, team); });
}

LECTERN_ISA_END
