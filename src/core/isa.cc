#include "core/isa.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <string>

#include "lectern/error.h"

namespace lectern {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"scalar", "avx2", "avx512", "avx512_bf16"};

}  // namespace

std::string_view name(Isa isa) { return kNames[static_cast<std::size_t>(isa)]; }

std::optional<Isa> isa_from_name(std::string_view wanted) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == wanted) return static_cast<Isa>(i);
  }
  return {};
}

bool machine_has(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return true;
    case Isa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    case Isa::kAvx512:
      return machine_has(Isa::kAvx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512vnni");
    case Isa::kAvx512Bf16:
      return machine_has(Isa::kAvx512) && __builtin_cpu_supports("avx512bf16");
  }
  return false;
}

std::vector<Isa> machine_isas() {
  std::vector<Isa> isas;
  std::copy_if(std::begin(kIsas), std::end(kIsas), std::back_inserter(isas), machine_has);
  return isas;
}

Isa active_isa() {
  if (const char* wanted = std::getenv("LECTERN_ISA"); wanted != nullptr && *wanted != '\0') {
    const auto isa = isa_from_name(wanted);
    if (!isa) {
      throw Error(ErrorCode::kInvalidArgument,
                  std::string("LECTERN_ISA is \"") + wanted + "\"; it can be scalar, avx2, avx512 or avx512_bf16.");
    }
    if (!machine_has(*isa)) {
      throw Error(ErrorCode::kVersion, std::string("LECTERN_ISA asks for ") + wanted +
                                           ", which this processor lacks. Unset it to use the best that it has.");
    }
    return *isa;
  }
  return machine_isas().back();
}

}  // namespace lectern
