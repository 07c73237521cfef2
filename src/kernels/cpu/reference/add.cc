#include <vector>

#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void add(const AddArgs& args, Team& team) {
  team.parallel_for(args.out.rows, [&](std::int64_t r) {
    const float* a = args.a.row<float>(r);
    const float* b = args.b.row<float>(r);
    std::vector<float> out(static_cast<std::size_t>(args.out.columns));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = a[i] + b[i];
    store_row(args.out, r, out.data());
  });
}

}  // namespace lectern::kernels::scalar
