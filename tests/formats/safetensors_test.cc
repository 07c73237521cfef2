#include "formats/safetensors.h"

#include <gtest/gtest.h>

#include "support/damage.h"
#include "support/expect_error.h"
#include "support/safetensors_builder.h"
#include "support/temporary_file.h"

namespace lectern::formats {
namespace {

using support::expect_error;
using support::SafetensorsBuilder;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

class SafetensorsTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_ / "model.safetensors"; }
  Safetensors open(std::span<const std::byte> bytes) const {
    support::write_file(file(), bytes);
    return Safetensors(file());
  }
  void expect_refused(std::span<const std::byte> bytes, std::initializer_list<const char*> parts,
                      ErrorCode code = ErrorCode::kCorrupt) const {
    expect_error(code, parts, [&] { open(bytes); });
    expect_error(code, {"model.safetensors"}, [&] { open(bytes); });
  }
  // Refused: 8 bytes of data under this description of tensor "t".
  void expect_refused(const std::string& description, std::initializer_list<const char*> parts,
                      ErrorCode code = ErrorCode::kCorrupt) const {
    expect_refused(SafetensorsBuilder::file("{\"t\":" + description + "}", "12345678"), parts, code);
  }

 private:
  std::filesystem::path folder_ = support::temporary_folder("safetensors");
};

std::vector<std::byte> small() {
  SafetensorsBuilder builder;
  builder.tensor("b", {2, 3}, {1, 2, 3, 4, 5, 6}).tensor("a", "F16", {2}, bytes_of("abcd"));
  return builder.tensor("ids", "I64", {1, 1}, bytes_of("12345678")).build();
}

TEST_F(SafetensorsTest, ReadsWeightsAndLeavesIdsOut) {
  const Safetensors tensors = open(small());
  ASSERT_EQ(tensors.tensors().size(), 2u);
  EXPECT_EQ(tensors.tensors()[0].name, "b");
  EXPECT_EQ(tensors.tensors()[0].type, DType::kF32);
  EXPECT_EQ(tensors.tensors()[0].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensors.tensors()[0].bytes.size(), 24u);
  EXPECT_EQ(tensors.tensors()[1].type, DType::kF16);
  EXPECT_EQ(std::memcmp(tensors.tensors()[1].bytes.data(), "abcd", 4), 0);
}

TEST_F(SafetensorsTest, ScalarsAndEmptyTensors) {
  SafetensorsBuilder builder;
  builder.tensor("none", {0, 4}, {}).tensor("scalar", {}, {7});
  const Safetensors tensors = open(builder.build());
  ASSERT_EQ(tensors.tensors().size(), 1u);
  EXPECT_EQ(tensors.tensors()[0].shape, (std::vector<std::int64_t>{1}));
}

TEST_F(SafetensorsTest, EveryPrefixIsRefused) {
  const auto whole = small();
  const auto report = support::open_prefixes(file(), whole, [](const auto& path) { Safetensors tensors(path); });
  EXPECT_EQ(report.opened, 0);
  EXPECT_EQ(report.refused, static_cast<int>(whole.size()));
}

TEST_F(SafetensorsTest, NoBitFlipHarms) {
  const auto whole = small();
  const auto report = support::open_bit_flips(file(), whole, 0, whole.size(), [](const auto& path) {
    std::size_t sum = 0;
    const Safetensors file(path);
    for (const CheckpointTensor& tensor : file.tensors()) {
      for (const std::byte byte : tensor.bytes) sum += std::to_integer<std::size_t>(byte);
    }
    EXPECT_NE(sum, 0u);
  });
  EXPECT_GT(report.refused, 500);
  EXPECT_GT(report.opened, 100);
}

TEST_F(SafetensorsTest, HeadersThatAreNone) {
  expect_refused(bytes_of("\xff\xff\xff\xff\xff\xff\xff\xff{}"), {"claims a header", "18446744073709551615"});
  expect_refused(bytes_of(std::string_view("\1\1\1\1\0\0\0\0{}", 10)), {"ends inside its header"});
  expect_refused(SafetensorsBuilder::file("[]", ""), {"not a JSON object"});
  expect_refused(SafetensorsBuilder::file("{\"t\":", ""), {"not valid JSON"});
  expect_refused(SafetensorsBuilder::file("{\"\xff\":1}", ""), {"not valid JSON"});
  expect_refused(SafetensorsBuilder::file("{\"t\":1e999}", ""), {"too large"});
  expect_refused(SafetensorsBuilder::file("{\"t\":" + std::string(100000, '['), ""), {"deep"});
  expect_refused(SafetensorsBuilder::file("{\"t\":[" + std::string(5 << 20, '0') + "]}", ""), {"not valid JSON"});
  std::string many = "{\"t\":[0";
  for (int i = 0; i < 4 << 20; ++i) many += ",0";
  expect_refused(SafetensorsBuilder::file(many + "]}", ""), {"values"});
}

TEST_F(SafetensorsTest, DescriptionsThatBreakTheRules) {
  expect_refused("1", {"\"t\"", "object"});
  expect_refused(R"({"shape":[2],"data_offsets":[0,8]})", {"\"t\"", "dtype"});
  expect_refused(R"({"dtype":"F32","data_offsets":[0,8]})", {"\"t\"", "shape"});
  expect_refused(R"({"dtype":"F32","shape":[2]})", {"\"t\"", "data_offsets"});
  expect_refused(R"({"dtype":7,"shape":[2],"data_offsets":[0,8]})", {"\"t\"", "dtype"});
  expect_refused(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})", {"\"t\"", "8 bytes"});
  expect_refused(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})", {"\"t\"", "whole number"});
  expect_refused(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", {"\"t\"", "whole number"});
  expect_refused(R"({"dtype":"F32","shape":"2","data_offsets":[0,8]})", {"\"t\"", "shape"});
  expect_refused(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", {"\"t\"", "ends before"});
  expect_refused(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})", {"\"t\"", "two numbers"});
  expect_refused(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})", {"\"t\"", "too large"});
  expect_refused(R"({"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]})", {"\"t\"", "too large"});
  expect_refused(R"({"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]})", {"\"t\"", "too large"});
  expect_refused(R"({"dtype":"F64","shape":[1],"data_offsets":[0,8]})", {"\"t\"", "F64"}, ErrorCode::kUnsupported);
  expect_refused(R"({"dtype":"X9","shape":[1],"data_offsets":[0,8]})", {"\"t\"", "X9"}, ErrorCode::kUnsupported);
}

TEST_F(SafetensorsTest, PlacesThatDoNotFit) {
  const auto two = [](const char* first, const char* second) {
    return SafetensorsBuilder::file(
        R"({"__metadata__":{"format":"pt"},"t":{"dtype":"F32","shape":[1],"data_offsets":)" + std::string(first) +
            R"(},"u":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}",
        "12345678");
  };
  EXPECT_EQ(open(two("[0,4]", "[4,8]")).tensors().size(), 2u);
  EXPECT_EQ(open(two("[4,8]", "[0,4]")).tensors()[0].name, "u");
  expect_refused(two("[0,4]", "[0,4]"), {"\"u\"", "over another"});
  expect_refused(two("[0,4]", "[2,6]"), {"\"u\"", "over another"});
  expect_refused(two("[0,4]", "[6,10]"), {"\"u\"", "past the end"});
  expect_refused(two("[0,4]", "[18446744073709551612,18446744073709551616]"), {"\"u\""});
  expect_refused(SafetensorsBuilder::file(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678"),
                 {"before tensor \"t\""});
  expect_refused(SafetensorsBuilder::file(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "12345678"),
                 {"at its end"});
  SafetensorsBuilder doubled;
  doubled.tensor("t", {1}, {1}).tensor("t", {1}, {1});
  expect_refused(doubled.build(), {"\"t\"", "twice"});
}

}  // namespace
}  // namespace lectern::formats
