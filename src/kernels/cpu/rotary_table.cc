#include <cmath>

#include "kernels/cpu/isa.h"
#include "kernels/cpu/kernels.h"

LECTERN_ISA_BEGIN

// libm's doubles on every target: some 2 µs a token, once a step for all layers.
void rotary_table(const RotaryTableArgs& args, Team& team) {
  team.parallel_for(args.out.rows, [&](std::int64_t t) {
    float* cosines = args.out.row<float>(t);
    float* sines = cosines + args.half;
    for (int i = 0; i < args.half; ++i) {
      const float angle = static_cast<float>(args.positions[t]) * args.frequencies[i];  // in F32, as models are trained
      cosines[i] = static_cast<float>(std::cos(static_cast<double>(angle))) * args.attention_factor;
      sines[i] = static_cast<float>(std::sin(static_cast<double>(angle))) * args.attention_factor;
    }
  });
}

LECTERN_ISA_END
