#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/packing.h"

LECTERN_ISA_BEGIN

void embedding(const EmbeddingArgs& args, Team& team) {
  // Both vector sets have one layout, and the scalar target's is plain rows. A row is small beside a step, so plain
  // code takes it out of its panel.
  const Isa layout = args.plain ? Isa::kScalar : Isa::kAvx2;
  team.parallel_for(args.out.rows, [&](std::int64_t t) {
    unpack_row(layout, args.table, args.ids == nullptr ? 0 : args.ids[t], args.out.row<float>(t));
  });
}

LECTERN_ISA_END
