#include <gtest/gtest.h>

#include <vector>

#include "kernels/cpu/dequantize.h"
#include "row_checks.h"

namespace lectern::kernels {
namespace {

class Embedding : public testing::TestWithParam<DType> {};

TEST_P(Embedding, ReadsRowsOutOfPackedAndPlainTables) {
  const DType type = GetParam();
  constexpr std::int64_t kRows = 35;
  const std::int64_t columns = block_values(type) == 1 ? 40 : 2 * block_values(type);
  const auto source = test::random_weights(type, kRows, columns, 1);
  const std::vector<std::int32_t> ids = {34, 0, 15, 16, 15, 33, 1};
  for (const Isa isa : machine_isas()) {
    const test::Packed table(isa, type, kRows, columns, source);
    for (const bool by_id : {true, false}) {
      const test::Matrix out(DType::kF32, 7, columns, 64);
      const test::Matrix expected(DType::kF32, 7, columns);
      const test::Matrix from_plain(DType::kF32, 7, columns, 64);
      const std::int32_t* some_ids = by_id ? ids.data() : nullptr;
      test::run(cpu_kernels(isa).embedding, {some_ids, table.matrix(), isa == Isa::kScalar, out.view()}, 2);
      test::run(cpu_kernels(isa).embedding, {some_ids, {type, kRows, columns, source.data()}, true, from_plain.view()},
                2);
      for (std::int64_t t = 0; t < 7; ++t) {
        const auto id = static_cast<std::size_t>(by_id ? ids[static_cast<std::size_t>(t)] : 0);
        dequantize(type, source.data() + id * row_bytes(type, columns), columns, expected.row(t));
      }
      test::expect_same_bits(expected.view(), out.view());
      test::expect_same_bits(expected.view(), from_plain.view());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Embedding, testing::ValuesIn(test::kWeightTypes),
                         [](const auto& each) { return std::string(name(each.param)); });

}  // namespace
}  // namespace lectern::kernels
