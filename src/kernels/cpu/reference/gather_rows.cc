#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_store.h"

LECTERN_ISA_BEGIN

void gather_rows(const GatherRowsArgs& args, Team& team) {
  team.parallel_for(args.out.rows,
                    [&](std::int64_t row) { store_row(args.out, row, args.x.row<const float>(args.rows[row])); });
}

LECTERN_ISA_END
