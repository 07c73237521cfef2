#include "activation_cases.h"

namespace lectern::kernels::test {
namespace {

class GatedLinear : public testing::TestWithParam<DType> {};

TEST_P(GatedLinear, IsLinearThenGatedActivationBitForBit) {
  for (const Isa isa : machine_isas()) expect_linear_then_activation<Gated>(isa, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Formats, GatedLinear, testing::Values(DType::kF32, DType::kBF16, DType::kQ4_1, DType::kQ6_K),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(GatedLinearRows, NoneIsNoWork) {
  for (const Isa isa : machine_isas()) expect_no_rows_to_be_no_work<Gated>(isa);
}

}  // namespace
}  // namespace lectern::kernels::test
