#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"
#include "kernels/cpu/packing.h"

LECTERN_ISA_BEGIN

void embedding(const EmbeddingArgs& args, Team& team) {
  team.parallel_for(args.out.rows, [&](std::int64_t t) {
    unpack_row(Isa::kScalar, args.table, args.ids == nullptr ? 0 : args.ids[t], args.out.row<float>(t));
  });
}

LECTERN_ISA_END
