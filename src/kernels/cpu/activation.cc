#include "kernels/cpu/activation_function.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

namespace {

template <Activation kActivation>
void activate_rows(const ActivationArgs& args, Team& team) {
  const std::int64_t width = args.out.columns;
  for_rows(team, args.out.rows, width, [&](std::int64_t row) {
    const float* x = args.x.row<float>(row);
    store_columns(args.out, row, [&](std::int64_t i) { return activate<kActivation>(load_up_to(x + i, width - i)); });
  });
}

}  // namespace

void activation(const ActivationArgs& args, Team& team) {
  with_activation(args.activation, [&]<Activation kActivation>() { activate_rows<kActivation>(args, team); });
}

LECTERN_ISA_END
