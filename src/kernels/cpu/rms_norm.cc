#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/rms_norm_row.h"
#include "kernels/cpu/row_loop.h"

LECTERN_ISA_BEGIN

void rms_norm(const RmsNormArgs& args, Team& team) {
  for_rows(team, args.x.rows, args.x.columns,
           [&](std::int64_t row) { rms_norm_row(args.x.row<float>(row), args.weight, args.eps, args.out, row); });
}

LECTERN_ISA_END
