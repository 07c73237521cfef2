#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

void add(const AddArgs& args, Team& team) {
  const std::int64_t width = args.out.columns;
  for_rows(team, args.out.rows, width, [&](std::int64_t row) {
    const float* a = args.a.row<float>(row);
    const float* b = args.b.row<float>(row);
    store_columns(args.out, row,
                  [&](std::int64_t i) { return load_up_to(a + i, width - i) + load_up_to(b + i, width - i); });
  });
}

LECTERN_ISA_END
