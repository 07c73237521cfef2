#include <vector>

#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/activate.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void activation(const ActivationArgs& args, Team& team) {
  team.parallel_for(args.out.rows, [&](std::int64_t r) {
    const float* x = args.x.row<float>(r);
    std::vector<float> out(static_cast<std::size_t>(args.out.columns));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = activate(args.activation, x[i]);
    store_row(args.out, r, out.data());
  });
}

}  // namespace lectern::kernels::scalar
