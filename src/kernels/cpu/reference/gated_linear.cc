#include "kernels/cpu/kernels.h"
#include "kernels/cpu/reference/activate.h"
#include "kernels/cpu/reference/product.h"
#include "kernels/cpu/row_store.h"

namespace lectern::kernels::scalar {

void gated_linear(const GatedLinearArgs& args, Team& team) {
  constexpr std::int64_t kChunk = 32;  // outputs of one work item: a group of a quantized row
  const View x = normalized(args.x, args.norm, team);
  team.parallel_for(args.out.columns / kChunk, [&](std::int64_t chunk) {
    auto gate = outputs(x, args.w, args.bias, chunk * kChunk, kChunk);
    const auto up = outputs(x, args.w, args.bias, args.out.columns + chunk * kChunk, kChunk);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = activate(args.activation, gate[i]) * up[i];
    for (std::int64_t row = 0; row < args.out.rows; ++row) {
      store_row_part(args.out, row, chunk * kChunk, kChunk, gate.data() + row * kChunk);
    }
  });
}

}  // namespace lectern::kernels::scalar
