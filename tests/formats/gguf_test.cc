#include "formats/gguf.h"

#include <gtest/gtest.h>

#include "core/hash.h"
#include "support/damage.h"
#include "support/expect_error.h"
#include "support/gguf_builder.h"
#include "support/temporary_file.h"

namespace lectern::formats {
namespace {

using support::expect_error;
using support::GgufBuilder;
using Type = GgufValueType;

constexpr std::uint32_t kF32 = 0, kQ4_0 = 2, kIq4Xs = 23;

class Gguf : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_ / "model.gguf"; }
  std::unique_ptr<Checkpoint> open(const GgufBuilder& builder) const {
    support::write_file(file(), builder.build());
    return open_gguf(file());
  }
  void expect_refused(const GgufBuilder& builder, std::initializer_list<const char*> parts,
                      ErrorCode code = ErrorCode::kCorrupt) const {
    expect_error(code, parts, [&] { open(builder); });
    expect_error(code, {"model.gguf"}, [&] { open(builder); });
  }

 private:
  std::filesystem::path folder_ = support::temporary_folder("gguf");
};

GgufBuilder small() {
  GgufBuilder builder;
  builder.text("general.architecture", "llama").u32("llama.block_count", 2).f32("llama.eps", 0.5f);
  builder.texts("tokens", {"a", "", "ccc"}).i32s("types", {1, -3}).boolean("bos", true);
  builder.tensor("norm", {2}, {1, 2}).tensor("matrix", {3, 2}, {1, 2, 3, 4, 5, 6});
  return builder;
}

TEST_F(Gguf, ReadsMetadataOfEveryType) {
  GgufBuilder builder;
  builder.text("general.architecture", "llama");
  builder.scalar("u8", Type::kUint8, std::uint8_t{255}).scalar("i8", Type::kInt8, std::int8_t{-1});
  builder.scalar("u16", Type::kUint16, std::uint16_t{65535}).scalar("i16", Type::kInt16, std::int16_t{-2});
  builder.scalar("u32", Type::kUint32, 4000000000u).scalar("i32", Type::kInt32, std::int32_t{-3});
  builder.scalar("u64", Type::kUint64, std::uint64_t{1} << 62).scalar("i64", Type::kInt64, std::int64_t{-4});
  builder.scalar("f32", Type::kFloat32, 0.5f).scalar("f64", Type::kFloat64, 1e300);
  builder.boolean("yes", true).boolean("no", false).text("empty", "");
  builder.array("u8s", Type::kUint8, std::vector<std::uint8_t>{7, 255});
  builder.array("f64s", Type::kFloat64, std::vector<double>{0.25}).f32s("f32s", {1.5f, 2.5f});
  builder.texts("texts", {"", "\xe4\xb8\xad"}).i32s("none", {});
  const auto checkpoint = open(builder);
  EXPECT_EQ(checkpoint->family(), "llama");
  EXPECT_EQ(checkpoint->metadata().size(), 19u);
  EXPECT_EQ(checkpoint->integer("u8"), 255);
  EXPECT_EQ(checkpoint->integer("i8"), -1);
  EXPECT_EQ(checkpoint->integer("u16"), 65535);
  EXPECT_EQ(checkpoint->integer("i16"), -2);
  EXPECT_EQ(checkpoint->integer("u32"), 4000000000);
  EXPECT_EQ(checkpoint->integer("i32"), -3);
  EXPECT_EQ(checkpoint->integer("u64"), std::int64_t{1} << 62);
  EXPECT_EQ(checkpoint->integer("i64"), -4);
  EXPECT_EQ(checkpoint->number("f32"), 0.5);
  EXPECT_EQ(checkpoint->number("f64"), 1e300);
  EXPECT_TRUE(checkpoint->boolean("yes"));
  EXPECT_FALSE(checkpoint->boolean("no"));
  EXPECT_EQ(checkpoint->text("empty"), "");
  EXPECT_EQ(*checkpoint->find_metadata("u8s"), MetadataValue(std::vector<std::int64_t>{7, 255}));
  EXPECT_EQ(*checkpoint->find_metadata("f64s"), MetadataValue(std::vector<double>{0.25}));
  EXPECT_EQ(*checkpoint->find_metadata("f32s"), MetadataValue(std::vector<double>{1.5, 2.5}));
  EXPECT_EQ(*checkpoint->find_metadata("texts"), MetadataValue(std::vector<std::string>{"", "\xe4\xb8\xad"}));
  EXPECT_EQ(*checkpoint->find_metadata("none"), MetadataValue(std::vector<std::int64_t>{}));
}

TEST_F(Gguf, LookUpsNameTheKey) {
  const auto checkpoint = open(small().scalar("nan", Type::kFloat32, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_EQ(checkpoint->integer("absent", 7), 7);
  EXPECT_EQ(checkpoint->text("absent", "x"), "x");
  expect_error(ErrorCode::kCorrupt, {"model.gguf", "\"absent\"", "missing"}, [&] { checkpoint->integer("absent"); });
  expect_error(ErrorCode::kCorrupt, {"\"bos\"", "whole number"}, [&] { checkpoint->integer("bos", 7); });
  expect_error(ErrorCode::kCorrupt, {"\"general.architecture\""}, [&] { checkpoint->number("general.architecture"); });
  expect_error(ErrorCode::kCorrupt, {"\"llama.block_count\"", "text"}, [&] { checkpoint->text("llama.block_count"); });
  expect_error(ErrorCode::kCorrupt, {"\"nan\"", "finite"}, [&] { checkpoint->number("nan"); });
}

TEST_F(Gguf, FindsTensors) {
  for (const std::uint32_t alignment : {8u, 32u, 4096u}) {
    GgufBuilder builder;
    builder.alignment(alignment).version(alignment == 8 ? 2 : 3);
    const std::vector<std::byte> blocks(3 * 2 * block_bytes(DType::kQ4_K), std::byte{5});
    builder.tensor("cube", {2, 1, 3}, {0, 1, 2, 3, 4, 5}).tensor("q", DType::kQ4_K, {3, 512}, blocks);
    const auto checkpoint = open(builder);
    ASSERT_EQ(checkpoint->tensors().size(), 2u);
    const CheckpointTensor& cube = checkpoint->tensors()[0];
    EXPECT_EQ(cube.name, "cube");
    EXPECT_EQ(cube.shape, (std::vector<std::int64_t>{2, 1, 3}));
    ASSERT_EQ(cube.bytes.size(), 24u);
    float last;
    std::memcpy(&last, cube.bytes.data() + 20, 4);
    EXPECT_EQ(last, 5.0f);
    const CheckpointTensor* quantized = checkpoint->find_tensor("q");
    ASSERT_NE(quantized, nullptr);
    EXPECT_EQ(quantized->type, DType::kQ4_K);
    EXPECT_TRUE(std::equal(blocks.begin(), blocks.end(), quantized->bytes.begin(), quantized->bytes.end()));
    EXPECT_EQ(checkpoint->content_hash(), sha256(builder.build()));
  }
}

TEST_F(Gguf, EveryPrefixIsRefused) {
  const auto whole = small().build();
  const auto report = support::open_prefixes(file(), whole, [](const auto& path) { open_gguf(path); });
  EXPECT_EQ(report.opened, 0);
  EXPECT_EQ(report.refused, static_cast<int>(whole.size()));
}

TEST_F(Gguf, NoBitFlipHarms) {
  const auto read_all = [](const auto& path) {
    const auto checkpoint = open_gguf(path);
    std::size_t sum = 0;
    for (const CheckpointTensor& tensor : checkpoint->tensors()) {
      for (const std::byte byte : tensor.bytes) sum += std::to_integer<std::size_t>(byte);
    }
    EXPECT_TRUE(sum != 0 || checkpoint->tensors().empty());
  };
  const auto whole = small().build();
  const auto report = support::open_bit_flips(file(), whole, 0, whole.size(), read_all);
  EXPECT_EQ(report.opened + report.refused, static_cast<int>(8 * whole.size()));
  EXPECT_GT(report.refused, 500);
  EXPECT_GT(report.opened, 500);
}

TEST_F(Gguf, VersionsThatItCannotRead) {
  expect_refused(small().version(1), {"version 1"}, ErrorCode::kUnsupported);
  expect_refused(small().version(0x03000000), {"big-endian"}, ErrorCode::kUnsupported);
  expect_refused(small().version(4), {"version 4", "2 and 3"}, ErrorCode::kVersion);
  expect_refused(small().version(0), {"version is 0"});
}

TEST_F(Gguf, CountsBeyondTheFile) {
  for (const std::uint64_t count : {std::uint64_t{1} << 20, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
    expect_refused(small().claim_tensors(count), {"tensors", "room"});
    expect_refused(small().claim_keys(count), {"metadata keys", "room"});
    expect_refused(GgufBuilder().array_of("a", Type::kString, count), {"\"a\"", "room"});
    expect_refused(GgufBuilder().array_of("a", Type::kUint8, count), {"\"a\"", "room"});
    const std::string_view length(reinterpret_cast<const char*>(&count), sizeof count);
    expect_refused(GgufBuilder().raw("s", static_cast<std::uint32_t>(Type::kString), length),
                   {"ends inside metadata \"s\""});
  }
}

TEST_F(Gguf, MetadataThatBreaksTheRules) {
  expect_refused(small().raw("k", 13, "12345678"), {"\"k\"", "unknown type 13"});
  expect_refused(small().raw("k", ~0u, "12345678"), {"\"k\"", "unknown type"});
  expect_refused(small().array_of("k", static_cast<Type>(99), 0), {"\"k\"", "unknown type 99"});
  expect_refused(small().array_of("k", Type::kArray, 1), {"\"k\"", "array of arrays"}, ErrorCode::kUnsupported);
  expect_refused(small().scalar("k", Type::kBool, std::uint8_t{2}), {"\"k\"", "neither true nor false"});
  expect_refused(small().scalar("k", Type::kUint64, ~std::uint64_t{0}), {"\"k\"", "out of range"});
  expect_refused(small().u32("bos", 1), {"\"bos\"", "twice"});
  expect_refused(small().u32("", 1), {"0 bytes"});
  expect_refused(small().u32(std::string(257, 'k'), 1), {"257 bytes"});
  expect_refused(small().u32("bad\xff", 1), {"bad\\xff", "UTF-8"});
  expect_refused(GgufBuilder().raw("\x1b[2J", 4, ""),
                 {"ends inside metadata \"\\x1b[2J\""});  // a terminal must not obey
  EXPECT_EQ(open(small().u32(std::string(256, 'k'), 9))->integer(std::string(256, 'k')), 9);
  expect_error(ErrorCode::kCorrupt, {"\"general.architecture\"", "missing"},
               [&] { open(GgufBuilder().u32("x", 1))->family(); });
  expect_error(ErrorCode::kCorrupt, {"\"general.architecture\"", "not text"},
               [&] { open(GgufBuilder().u32("general.architecture", 1))->family(); });
}

TEST_F(Gguf, Alignment) {
  for (const std::uint32_t alignment : {0u, 1u, 3u, 4u, 48u, 1u << 21, 1u << 31, ~0u}) {
    expect_refused(GgufBuilder().alignment(alignment).tensor("t", {1}, {1}), {"general.alignment"});
  }
  expect_refused(GgufBuilder().text("general.alignment", "32"), {"general.alignment"});
}

TEST_F(Gguf, DimensionsThatOverflow) {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 32;
  for (const auto& dimensions : std::vector<std::vector<std::uint64_t>>{{kHalf, kHalf},
                                                                        {kHalf, kHalf, kHalf, kHalf},
                                                                        {std::uint64_t{1} << 62, 4},
                                                                        {(std::uint64_t{1} << 62) - 1},
                                                                        {std::uint64_t{INT64_MAX}},
                                                                        {32, std::uint64_t{INT64_MAX} - 30}}) {
    expect_refused(GgufBuilder().raw_tensor("t", dimensions, kF32, 0), {"\"t\""});
    expect_refused(GgufBuilder().raw_tensor("t", dimensions, kQ4_0, 0), {"\"t\""});
  }
  expect_refused(GgufBuilder().raw_tensor("t", {~std::uint64_t{0}}, kF32, 0), {"\"t\"", "18446744073709551615"});
  expect_refused(GgufBuilder().raw_tensor("t", {4, 0}, kF32, 0), {"\"t\"", "dimension of 0"});
  expect_refused(GgufBuilder().raw_tensor("t", {}, kF32, 0).raw_tensor("u", {1, 1, 1}, kF32, 0),
                 {"\"t\"", "0 dimensions"});
  expect_refused(GgufBuilder().raw_tensor("t", {1, 1, 1, 1, 1}, kF32, 0), {"\"t\"", "5 dimensions"});
  expect_refused(GgufBuilder().raw_tensor("t", {33}, kQ4_0, 0), {"\"t\"", "Q4_0", "whole blocks"});
}

TEST_F(Gguf, TensorTypesWithoutAReader) {
  expect_refused(GgufBuilder().raw_tensor("t", {256}, kIq4Xs, 0), {"\"t\"", "IQ4_XS", "Q4_K"}, ErrorCode::kUnsupported);
  expect_refused(GgufBuilder().raw_tensor("t", {256}, 26, 0), {"\"t\"", "I32"}, ErrorCode::kUnsupported);
  for (const std::uint32_t type : {4u, 77u, ~0u}) {
    expect_refused(GgufBuilder().raw_tensor("t", {256}, type, 0), {"\"t\"", "number"}, ErrorCode::kUnsupported);
  }
}

TEST_F(Gguf, TensorsOutOfPlace) {
  const std::vector<float> sixteen(16, 1.0f);
  const auto builder = GgufBuilder().tensor("first", {16}, sixteen);
  expect_refused(GgufBuilder(builder).raw_tensor("t", {16}, kF32, 64), {"\"t\"", "past the end", "cut short"});
  expect_refused(GgufBuilder(builder).raw_tensor("t", {1}, kF32, 1u << 31), {"\"t\"", "past the end"});
  expect_refused(GgufBuilder(builder).raw_tensor("t", {1}, kF32, ~std::uint64_t{31}), {"\"t\"", "past the end"});
  expect_refused(GgufBuilder(builder).raw_tensor("t", {1}, kF32, 4), {"\"t\"", "alignment"});
  expect_refused(GgufBuilder(builder).raw_tensor("t", {8}, kF32, 32), {"\"t\"", "\"first\"", "over each other"});
  expect_refused(GgufBuilder(builder).raw_tensor("t", {16}, kF32, 0), {"\"t\"", "\"first\"", "over each other"});
  expect_refused(GgufBuilder(builder).tensor("first", {16}, sixteen), {"\"first\"", "twice"});
  expect_refused(GgufBuilder(builder).raw_tensor(std::string(300, 'n'), {16}, kF32, 0), {"300 bytes"});
}

}  // namespace
}  // namespace lectern::formats
