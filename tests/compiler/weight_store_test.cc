#include "compiler/weight_store.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/half.h"
#include "kernels/cpu/dequantize.h"
#include "kernels/cpu/packing.h"
#include "lectern/error.h"
#include "support/gguf_builder.h"
#include "support/temporary_file.h"
#include "support/tiny_decoder.h"

namespace lectern::compiler {
namespace {

using graph::Weight;

constexpr std::int64_t kColumns = 64;
constexpr std::int64_t kManyRows = 2500;  // more than are converted at a time

class WeightStoreTest : public testing::Test {
 protected:
  WeightStoreTest() {
    std::mt19937 random(3);
    support::GgufBuilder gguf;
    gguf.text("general.architecture", "llama");
    const auto matrix = [&](const char* name, DType type, std::int64_t rows) {
      gguf.tensor(name, type, {rows, kColumns}, support::internal::random_rows(type, rows, kColumns, random));
    };
    matrix("a", DType::kQ8_0, 40);
    matrix("b", DType::kQ8_0, 24);
    matrix("f16", DType::kF16, 32);
    matrix("f32", DType::kF32, kManyRows);
    gguf.tensor("narrow", DType::kF32, {4, 24}, support::internal::random_rows(DType::kF32, 4, 24, random));
    gguf.tensor("bias", DType::kBF16, {40}, support::internal::random_rows(DType::kBF16, 1, 40, random));
    gguf.tensor("quantized vector", DType::kQ8_0, {32}, support::internal::random_rows(DType::kQ8_0, 1, 32, random));
    const auto path = support::temporary_folder("weights") / "weights.gguf";
    support::write_file(path, gguf.build());
    checkpoint = formats::open_checkpoint(path);
  }

  std::vector<std::byte> stored(const Weight& weight, Isa target, bool quantize_floats = false,
                                WeightUse use = WeightUse::kMultiplied) {
    const WeightStore store(*checkpoint, target, quantize_floats);
    std::vector<std::byte> out(store.spec(weight, use).bytes);
    store.write(weight, use, out);
    return out;
  }

  // Row `row` of a stored matrix.
  std::vector<float> row_of(const Weight& weight, std::int64_t row, Isa target, bool quantize_floats = false) {
    const WeightStore store(*checkpoint, target, quantize_floats);
    const auto bytes = stored(weight, target, quantize_floats);
    std::vector<float> values(static_cast<std::size_t>(weight.columns()));
    kernels::unpack_row(target, {store.stored_type(weight), weight.row_count(), weight.columns(), bytes.data()}, row,
                        values.data());
    return values;
  }

  // Row `row` of a tensor of the checkpoint.
  std::vector<float> tensor_row(const char* name, std::int64_t row) {
    const auto* tensor = checkpoint->find_tensor(name);
    const std::int64_t columns = tensor->shape.back();
    std::vector<float> values(static_cast<std::size_t>(columns));
    kernels::dequantize(tensor->type,
                        tensor->bytes.data() + static_cast<std::size_t>(row) * row_bytes(tensor->type, columns),
                        columns, values.data());
    return values;
  }

  std::unique_ptr<formats::Checkpoint> checkpoint;
  const Weight a = Weight::tensor("a", 40, kColumns), b = Weight::tensor("b", 24, kColumns);
  const Weight f16 = Weight::tensor("f16", 32, kColumns), f32 = Weight::tensor("f32", kManyRows, kColumns);
};

TEST_F(WeightStoreTest, KeepsTheRowsOfTablesAsTheyAre) {
  for (const Isa target : {Isa::kScalar, Isa::kAvx512}) {
    const formats::WeightSpec spec = WeightStore(*checkpoint, target, true).spec(f16, WeightUse::kLookedUp);
    EXPECT_EQ(spec.type, DType::kF16);
    EXPECT_FALSE(spec.packed);
    const auto bytes = checkpoint->find_tensor("f16")->bytes;
    EXPECT_EQ(stored(f16, target, true, WeightUse::kLookedUp), std::vector<std::byte>(bytes.begin(), bytes.end()));
  }
  // Of parts of several types it is F32.
  const auto mixed = Weight::concatenate({a, f16});
  const auto rows = stored(mixed, Isa::kAvx512, true, WeightUse::kLookedUp);
  ASSERT_EQ(rows.size(), 72u * kColumns * sizeof(float));
  std::vector<float> last(kColumns);
  std::memcpy(last.data(), rows.data() + 71 * kColumns * sizeof(float), kColumns * sizeof(float));
  EXPECT_EQ(last, tensor_row("f16", 31));
}

TEST_F(WeightStoreTest, ExpressionsMoveRows) {
  const Weight joined = Weight::concatenate({a.regroup(5, 4, 2), b.rows(3, 10)});
  for (const Isa target : kIsas) {
    EXPECT_EQ(row_of(joined, 0, target), tensor_row("a", 0)) << name(target);
    EXPECT_EQ(row_of(joined, 1, target), tensor_row("a", 2)) << name(target);
    EXPECT_EQ(row_of(joined, 4, target), tensor_row("a", 1)) << name(target);
    EXPECT_EQ(row_of(joined, 39, target), tensor_row("a", 39)) << name(target);
    EXPECT_EQ(row_of(joined, 40, target), tensor_row("b", 3)) << name(target);
    EXPECT_EQ(row_of(joined, 49, target), tensor_row("b", 12)) << name(target);
  }
}

TEST_F(WeightStoreTest, FloatsAreKeptUnlessTheyAreToBeQuantized) {
  for (const Isa target : kIsas) {
    const WeightStore keep(*checkpoint, target, false), quantize(*checkpoint, target, true);
    EXPECT_EQ(keep.stored_type(f32), DType::kF32);
    EXPECT_EQ(quantize.stored_type(f32), DType::kQ8_0);
    EXPECT_EQ(quantize.stored_type(f16), DType::kQ8_0);
    EXPECT_EQ(quantize.stored_type(a), DType::kQ8_0);
    EXPECT_EQ(quantize.stored_type(Weight::tensor("bias", 40)), DType::kF32);
    EXPECT_EQ(quantize.stored_type(Weight::tensor("narrow", 4, 24)), DType::kF32);  // no whole group of 32
  }
}

TEST_F(WeightStoreTest, ConvertingInBlocksTouchesEveryRow) {
  for (const Isa target : {Isa::kScalar, Isa::kAvx512}) {
    for (const std::int64_t row : {0, 15, 1023, 1024, 2047, 2048, 2499}) {
      EXPECT_EQ(row_of(f32, row, target), tensor_row("f32", row)) << row;
      const auto quantized = row_of(f32, row, target, true);
      const auto expected = tensor_row("f32", row);
      for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(quantized[i], expected[i], 0.3 / 127);
    }
  }
}

TEST_F(WeightStoreTest, MixedTypesBecomeFloats) {
  const Weight mixed = Weight::concatenate({a, f16});
  const WeightStore store(*checkpoint, Isa::kScalar, false);
  EXPECT_FALSE(store.can_join(a, f16));
  EXPECT_TRUE(store.can_join(a, b));
  EXPECT_EQ(store.stored_type(mixed), DType::kF32);
  EXPECT_EQ(row_of(mixed, 7, Isa::kScalar), tensor_row("a", 7));
  EXPECT_EQ(row_of(mixed, 41, Isa::kScalar), tensor_row("f16", 1));
}

TEST_F(WeightStoreTest, VectorsBecomeF32) {
  const Weight bias = Weight::concatenate({Weight::tensor("bias", 40), Weight::values("more", {1.5f, -2})});
  const auto bytes = stored(bias, Isa::kAvx512);
  std::vector<float> values(42);
  ASSERT_EQ(bytes.size(), values.size() * sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  EXPECT_EQ(std::vector<float>(values.begin(), values.begin() + 40), tensor_row("bias", 0));
  EXPECT_EQ(values[40], 1.5f);
  EXPECT_EQ(values[41], -2);
}

TEST_F(WeightStoreTest, QuantizedVectorsAreRefused) {
  EXPECT_THROW(stored(Weight::tensor("quantized vector", 32), Isa::kScalar), Error);
}

}  // namespace
}  // namespace lectern::compiler
