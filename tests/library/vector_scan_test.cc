#include "library/vector_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace lectern::test {
namespace {

TEST(VectorScan, EveryInstructionSetGivesTheSameSums) {
  std::mt19937 random(5);
  for (const std::size_t size : {1u, 15u, 16u, 31u, 33u, 64u, 384u, 4096u}) {
    const std::size_t rows = 9;
    std::vector<std::int8_t> values(rows * size);
    std::vector<std::int16_t> query(size);
    for (auto& value : values) value = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    for (auto& value : query) {
      value = static_cast<std::int16_t>(static_cast<int>(random() % (2 * library::kScanQueryMax + 1)) -
                                        library::kScanQueryMax);
    }
    for (std::size_t k = 0; k < size; ++k) {  // the largest sum that there is
      values[k] = 127;
      if (size == library::kScanMaxDimension) query[k] = library::kScanQueryMax;
    }
    std::vector<std::int32_t> expected(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t k = 0; k < size; ++k) expected[i] += values[i * size + k] * query[k];
    }
    for (const Isa isa : kIsas) {
      if (!machine_has(isa)) continue;
      std::vector<std::int32_t> sums(rows, -1);
      library::scan(values.data(), query, sums, isa);
      EXPECT_EQ(sums, expected) << name(isa) << ' ' << size;
    }
  }
}

}  // namespace
}  // namespace lectern::test
