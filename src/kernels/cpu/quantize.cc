#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"

LECTERN_ISA_BEGIN

void quantize(const QuantizeArgs& args, Team& team) {
  team.parallel_for(args.out.rows, [&](std::int64_t row) { store_row(args.out, row, args.x.row<const float>(row)); });
}

LECTERN_ISA_END
