#include <vector>

#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/activate.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void gated_activation(const GatedActivationArgs& args, Team& team) {
  const std::int64_t width = args.out.columns;
  team.parallel_for(args.out.rows, [&](std::int64_t r) {
    const float* gate = args.x.row<float>(r);
    const float* up = gate + width;
    std::vector<float> out(static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = activate(args.activation, gate[i]) * up[i];
    store_row(args.out, r, out.data());
  });
}

}  // namespace lectern::kernels::scalar
