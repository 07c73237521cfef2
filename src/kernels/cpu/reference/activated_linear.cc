#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/activate.h"
#include "kernels/cpu/reference/product.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void activated_linear(const ActivatedLinearArgs& args, Team& team) {
  constexpr std::int64_t kChunk = 32;  // outputs of one work item: a group of a quantized row
  const View x = normalized(args.x, args.norm, team);
  team.parallel_for(args.out.columns / kChunk, [&](std::int64_t chunk) {
    auto y = outputs(x, args.w, args.bias, chunk * kChunk, kChunk);
    for (float& value : y) value = activate(args.activation, value);
    for (std::int64_t row = 0; row < args.out.rows; ++row) {
      store_row_part(args.out, row, chunk * kChunk, kChunk, y.data() + row * kChunk);
    }
  });
}

}  // namespace lectern::kernels::scalar
