// The instruction sets that kernels are built for.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace lectern {

/// Each holds those before it.
enum class Isa {
  kScalar,      // the reference: plain C++, floating-point activations
  kAvx2,        // AVX2, FMA and F16C
  kAvx512,      // AVX-512 F, BW, DQ, VL and VNNI
  kAvx512Bf16,  // and AVX512_BF16
};

inline constexpr Isa kIsas[] = {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Bf16};

std::string_view name(Isa isa);
std::optional<Isa> isa_from_name(std::string_view name);
bool machine_has(Isa isa);
/// Those of kIsas that this machine has, the best last.
std::vector<Isa> machine_isas();
/// The best that this machine has, or what LECTERN_ISA names. Throws Error kInvalidArgument for an unknown name there,
/// kVersion for one that this machine lacks.
Isa active_isa();

}  // namespace lectern
