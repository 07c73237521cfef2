#include "activation_cases.h"

namespace lectern::kernels::test {
namespace {

class ActivatedLinear : public testing::TestWithParam<DType> {};

TEST_P(ActivatedLinear, IsLinearThenActivationBitForBit) {
  for (const Isa isa : machine_isas()) expect_linear_then_activation<Activated>(isa, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Formats, ActivatedLinear,
                         testing::Values(DType::kF32, DType::kBF16, DType::kQ4_1, DType::kQ6_K),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(ActivatedLinearRows, NoneIsNoWork) {
  for (const Isa isa : machine_isas()) expect_no_rows_to_be_no_work<Activated>(isa);
}

}  // namespace
}  // namespace lectern::kernels::test
