#include "kernels/registry.h"

#include <array>

#include "kernels/cpu/kernels.h"

namespace lectern::kernels {
namespace {

#define LECTERN_KERNEL_NAME(kernel, Args) #kernel,
constexpr std::array<std::string_view, 18> kNames = {LECTERN_KERNELS(LECTERN_KERNEL_NAME)};
#undef LECTERN_KERNEL_NAME

#define LECTERN_KERNEL_ENTRY(kernel, Args) &kernel,
namespace scalar_table {
using namespace scalar;
constexpr KernelTable kTable = {LECTERN_KERNELS(LECTERN_KERNEL_ENTRY)};
}  // namespace scalar_table
namespace avx2_table {
using namespace avx2;
constexpr KernelTable kTable = {LECTERN_KERNELS(LECTERN_KERNEL_ENTRY)};
}  // namespace avx2_table
namespace avx512_table {
using namespace avx512;
constexpr KernelTable kTable = {LECTERN_KERNELS(LECTERN_KERNEL_ENTRY)};
}  // namespace avx512_table
#undef LECTERN_KERNEL_ENTRY
namespace avx512_bf16_table {
constexpr KernelTable kTable = [] {
  KernelTable table = avx512_table::kTable;
  table.attention = &avx512_bf16::attention;
  table.encoder_attention = &avx512_bf16::encoder_attention;
  return table;
}();
}  // namespace avx512_bf16_table

}  // namespace

std::string_view name(Op op) { return kNames[static_cast<std::size_t>(op)]; }

std::optional<Op> op_from_name(std::string_view wanted) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == wanted) return static_cast<Op>(i);
  }
  return {};
}

const KernelTable& cpu_kernels(Isa isa) {
  switch (isa) {
    case Isa::kAvx512Bf16:
      return avx512_bf16_table::kTable;
    case Isa::kAvx512:
      return avx512_table::kTable;
    case Isa::kAvx2:
      return avx2_table::kTable;
    case Isa::kScalar:
      break;
  }
  return scalar_table::kTable;
}

}  // namespace lectern::kernels
