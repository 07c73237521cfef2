#include "formats/engine_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "formats/checksum.h"
#include "kernels/activation_row.h"
#include "support/damage.h"
#include "support/expect_error.h"
#include "support/small_header.h"
#include "support/temporary_file.h"

namespace lectern::formats {
namespace {

using support::expect_error;
using support::small_header;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

void fill(int index, std::span<std::byte> out) {
  ASSERT_EQ(reinterpret_cast<std::uintptr_t>(out.data()) % 64, 0u);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(index));
}

class EngineFileTest : public testing::Test {
 protected:
  void write(const EngineHeader& header) { write_engine_file(file_, header, bytes_of("vocabulary"), "{{ x }}", fill); }
  // What the compiler must not write.
  void expect_unwritable(const EngineHeader& header, std::initializer_list<const char*> parts) {
    expect_error(ErrorCode::kInternal, parts, [&] { write(header); });
    EXPECT_FALSE(std::filesystem::exists(file_));
  }

  std::filesystem::path folder_ = support::temporary_folder("engine");
  std::filesystem::path file_ = folder_ / "small.lectern";
};

TEST_F(EngineFileTest, RoundTrip) {
  const EngineHeader header = small_header();
  write(header);
  const EngineFile file(file_);
  const EngineHeader& read = file.header();
  EXPECT_EQ(read.config.family, "llama");
  EXPECT_EQ(read.config.name, "Small \xe4\xb8\xad");
  EXPECT_TRUE(read.config.generates);
  EXPECT_EQ(read.config.context_length, 128);
  EXPECT_EQ(read.config.vocabulary_size, 10);
  EXPECT_EQ(read.config.embedding_size, 32);
  EXPECT_EQ(read.config.layers, 1);
  EXPECT_EQ(read.target, "avx2");
  EXPECT_EQ(read.source_hash, header.source_hash);
  EXPECT_EQ(read.precision, "keep");
  ASSERT_EQ(read.kv_groups.size(), 1u);
  EXPECT_EQ(read.kv_groups[0].head_dim, 16);
  EXPECT_EQ(read.token_arena, 512u);
  EXPECT_EQ(read.sequence_arena, 0u);
  EXPECT_EQ(read.output_arena, 64u);
  ASSERT_EQ(read.buffers.size(), 3u);
  EXPECT_EQ(read.buffers[1].name, "quantized");
  EXPECT_EQ(read.buffers[1].type, DType::kI8G32);
  EXPECT_EQ(read.buffers[1].offset, 128u);
  EXPECT_EQ(read.buffers[2].rows, Rows::kOutputs);
  ASSERT_EQ(read.program.size(), 3u);
  EXPECT_EQ(read.program[1].op, "rms_norm");
  EXPECT_EQ(read.program[1].attributes, header.program[1].attributes);
  EXPECT_EQ(read.program[2].inputs[1].buffer, -1);
  EXPECT_EQ(read.program[2].weights, (std::vector<int>{2, -1}));
  EXPECT_EQ(read.program[2].output.columns, 10);
  EXPECT_EQ(read.result, 2);
  const auto tokenizer = file.section("tokenizer");
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(tokenizer.data()), tokenizer.size()), "vocabulary");
  EXPECT_EQ(file.section("chat_template").size(), 7u);
  EXPECT_TRUE(file.section("other").empty());
  EXPECT_TRUE(file.weight(-1).empty());
  ASSERT_EQ(read.weights.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const auto weight = file.weight(i);
    ASSERT_EQ(weight.size(), header.weights[static_cast<std::size_t>(i)].bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(weight.data()) % 64, 0u);
    EXPECT_EQ(weight[3], static_cast<std::byte>(21 + i));
  }
  EXPECT_NO_THROW(verify_weights(file));
  EXPECT_TRUE(is_engine_file(file_));
  EXPECT_FALSE(is_engine_file(folder_));
  EXPECT_FALSE(is_engine_file(folder_ / "absent"));
}

TEST_F(EngineFileTest, NothingIsOptionalButTheSections) {
  EngineHeader header = small_header();
  header.weights.clear();
  header.program.clear();
  write_engine_file(file_, header, {}, "", fill);
  const EngineFile file(file_);
  EXPECT_TRUE(file.header().sections.empty());
  EXPECT_TRUE(file.section("tokenizer").empty());
}

TEST_F(EngineFileTest, AFailedWriteLeavesNothing) {
  EXPECT_THROW(write_engine_file(file_, small_header(), {}, "", [](int, auto) { throw Error(ErrorCode::kIo, "no"); }),
               Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(EngineFileTest, EveryPrefixIsRefused) {
  write(small_header());
  const auto whole = support::read_file(file_);
  const auto report = support::open_prefixes(file_, whole, [](const auto& path) { EngineFile file(path); });
  EXPECT_EQ(report.opened, 0);
  support::write_file(file_, std::span(whole).first(1000));
  expect_error(ErrorCode::kCorrupt, {"small.lectern", "cut short", "1000 bytes", "compile the checkpoint again"},
               [&] { EngineFile file(file_); });
}

TEST_F(EngineFileTest, EveryBitFlipIsRefusedButInPadding) {
  write(small_header());
  const auto whole = support::read_file(file_);
  std::vector<bool> used(whole.size(), false);
  const auto use = [&](std::uint64_t begin, std::uint64_t bytes) {
    std::fill_n(used.begin() + static_cast<std::ptrdiff_t>(begin), bytes, true);
  };
  {
    const EngineFile file(file_);
    use(0, 64);
    for (const SectionSpec& section : file.header().sections) {
      if (section.name != "weights") use(section.offset, section.bytes);
      if (section.name != "weights") continue;
      for (const WeightSpec& weight : file.header().weights) use(section.offset + weight.offset, weight.bytes);
    }
    std::uint64_t header_bytes;
    std::memcpy(&header_bytes, whole.data() + 32, sizeof header_bytes);
    use(whole.size() - header_bytes, header_bytes);
  }
  const auto report =
      support::open_bit_flips(file_, whole, 0, whole.size(), [](const auto& path) { EngineFile file(path); });
  EXPECT_EQ(report.refused, 8 * std::count(used.begin(), used.end(), true));
  EXPECT_EQ(report.opened, 8 * std::count(used.begin(), used.end(), false));
}

TEST_F(EngineFileTest, ADamagedPartIsNamed) {
  write(small_header());
  const auto whole = support::read_file(file_);
  const auto expect = [&](std::size_t position, std::initializer_list<const char*> parts,
                          ErrorCode code = ErrorCode::kCorrupt) {
    auto bytes = whole;
    bytes[position] ^= std::byte{0x10};
    support::write_file(file_, bytes);
    expect_error(code, parts, [&] { EngineFile file(file_); });
  };
  const auto weights = [&] {
    const EngineFile file(file_);
    return static_cast<std::size_t>(file.header().sections[2].offset);
  }();
  expect(0, {"small.lectern", "not an engine file"});
  expect(8, {"small.lectern", "version 19", "reads version 3", "compile the checkpoint again"}, ErrorCode::kVersion);
  expect(20, {"first 64 bytes"});
  expect(64, {"\"tokenizer\""});
  expect(128, {"\"chat_template\""});
  expect(weights + 256, {"\"rows\""});
  EXPECT_NO_THROW(EngineFile(file_, WeightCheck::kSkip));
  expect_error(ErrorCode::kCorrupt, {"\"rows\""}, [&] { verify_weights(EngineFile(file_, WeightCheck::kSkip)); });
  expect(whole.size() - 1, {"header"});
  auto longer = whole;
  longer.push_back(std::byte{0});
  support::write_file(file_, longer);
  expect_error(ErrorCode::kCorrupt, {"has grown"}, [&] { EngineFile file(file_); });
}

TEST_F(EngineFileTest, BuffersThatTheRuntimeCouldNotTrust) {
  const auto with = [&](auto change) {
    EngineHeader header = small_header();
    change(header.buffers[0]);
    return header;
  };
  expect_unwritable(with([](BufferSpec& b) { b.columns = 33; }), {"\"hidden\"", "too short"});
  expect_unwritable(with([](BufferSpec& b) { b.columns = 0; }), {"columns", "out of range"});
  expect_unwritable(with([](BufferSpec& b) { b.columns = std::int64_t{1} << 62; }), {"columns", "out of range"});
  expect_unwritable(with([](BufferSpec& b) { b.row_bytes = 130; }), {"\"hidden\"", "aligned"});
  expect_unwritable(with([](BufferSpec& b) { b.offset = 32; }), {"\"hidden\"", "aligned"});
  expect_unwritable(with([](BufferSpec& b) { b.offset = 448; }), {"\"hidden\"", "arena"});
  expect_unwritable(with([](BufferSpec& b) { b.offset = ~std::size_t{63}; }), {"offset", "out of range"});
  expect_unwritable(with([](BufferSpec& b) { b.rows = Rows::kSequences; }), {"\"hidden\"", "arena"});
  expect_unwritable(with([](BufferSpec& b) { b.type = DType::kQ4_0; }), {"\"hidden\"", "type"});
  expect_unwritable(with([](BufferSpec& b) { b.name = ""; }), {"name"});
  EngineHeader header = small_header();
  header.buffers[1].columns = 48;
  expect_unwritable(header, {"\"quantized\"", "groups of 32"});
  header.buffers[1].columns = 64;
  header.buffers[1].row_bytes = kernels::quantized_row_bytes(64) - 64;
  expect_unwritable(header, {"\"quantized\"", "too short"});
  header.buffers[1].columns = 32;
  header.buffers[1].row_bytes = kernels::quantized_row_bytes(32);
  write(header);
  EXPECT_EQ(EngineFile(file_).header().buffers[1].row_bytes, 256u);
}

TEST_F(EngineFileTest, WeightsThatTheRuntimeCouldNotTrust) {
  const auto with = [&](std::size_t index, auto change) {
    EngineHeader header = small_header();
    change(header.weights[index]);
    return header;
  };
  expect_unwritable(with(0, [](WeightSpec& w) { w.offset = 4; }), {"\"norm\"", "aligned"});
  expect_unwritable(with(0, [](WeightSpec& w) { w.bytes = 124; }), {"\"norm\"", "size"});
  expect_unwritable(with(0, [](WeightSpec& w) { w.rows = 2; }), {"\"norm\"", "size"});
  expect_unwritable(with(0, [](WeightSpec& w) { w.rows = -1; }), {"rows", "out of range"});
  expect_unwritable(with(0, [](WeightSpec& w) { w.type = DType::kI8G32; }), {"\"norm\"", "activations"});
  expect_unwritable(with(1, [](WeightSpec& w) { w.columns = 63; }), {"\"rows\"", "blocks"});
  expect_unwritable(with(1, [](WeightSpec& w) { w.rows = w.columns = 1 << 30; }), {"\"rows\"", "too large"});
  expect_unwritable(with(2, [](WeightSpec& w) { w.bytes = 0; }), {"bytes", "out of range"});
  expect_unwritable(with(2, [](WeightSpec& w) { w.name = std::string(257, 'x'); }), {"name"});
}

TEST_F(EngineFileTest, ProgramsThatTheRuntimeCouldNotTrust) {
  const auto with = [&](auto change) {
    EngineHeader header = small_header();
    change(header.program[2]);
    return header;
  };
  expect_unwritable(with([](KernelCall& c) { c.op = ""; }), {"program[2].op"});
  expect_unwritable(with([](KernelCall& c) { c.weights = {3}; }), {"\"linear\"", "weight that is not there"});
  expect_unwritable(with([](KernelCall& c) { c.weights = {-2}; }), {"weights[0]", "out of range"});
  expect_unwritable(with([](KernelCall& c) { c.output.buffer = 3; }), {"\"linear\"", "buffer that is not there"});
  expect_unwritable(with([](KernelCall& c) { c.output.buffer = -2; }), {"output[0]", "out of range"});
  expect_unwritable(with([](KernelCall& c) { c.output.columns = 11; }), {"\"logits\"", "past the columns"});
  expect_unwritable(with([](KernelCall& c) { c.output.column = 1; }), {"\"logits\"", "past the columns"});
  expect_unwritable(with([](KernelCall& c) { c.output.columns = 0; }), {"\"logits\""});
  expect_unwritable(with([](KernelCall& c) { c.output.column = -1; }), {"output[1]", "out of range"});
  expect_unwritable(with([](KernelCall& c) { c.output = {-1, 0, 5}; }), {"columns of no buffer"});
  expect_unwritable(with([](KernelCall& c) { c.inputs[0].columns = 16; }), {"\"quantized\"", "part"});
  expect_unwritable(with([](KernelCall& c) { c.inputs.resize(65, {0, 0, 1}); }), {"program[2].inputs", "64"});
  expect_unwritable(with([](KernelCall& c) { c.attributes["x"] = 1e10; }), {"attributes.x", "out of range"});
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    expect_unwritable(with([&](KernelCall& c) { c.attributes["x"] = bad; }), {"x", "not finite"});
  }
}

TEST_F(EngineFileTest, HeadersThatTheRuntimeCouldNotTrust) {
  const auto with = [&](auto change) {
    EngineHeader header = small_header();
    change(header);
    return header;
  };
  expect_unwritable(with([](EngineHeader& h) { h.target = "avx9"; }), {"avx9"});
  expect_unwritable(with([](EngineHeader& h) { h.result = -1; }), {"result", "out of range"});
  expect_unwritable(with([](EngineHeader& h) { h.result = 3; }), {"the result", "no buffer"});
  expect_unwritable(with([](EngineHeader& h) { h.result = 0; }), {"the result", "rows of the wrong kind"});
  expect_unwritable(with([](EngineHeader& h) { h.config.vocabulary_size = 11; }), {"the result", "vocabulary"});
  expect_unwritable(with([](EngineHeader& h) { h.config.context_length = 0; }), {"config.context_length"});
  expect_unwritable(with([](EngineHeader& h) { h.config.family = ""; }), {"config.family"});
  expect_unwritable(with([](EngineHeader& h) { h.kv_groups[0].layers = 2; }), {"KV groups", "layers"});
  expect_unwritable(with([](EngineHeader& h) { h.kv_groups[0].kv_heads = 0; }), {"kv_heads"});
  expect_unwritable(with([](EngineHeader& h) { h.kv_groups[0].window = -1; }), {"window"});
  expect_unwritable(with([](EngineHeader& h) { h.kv_groups[0] = {1, 65536, 65536, 0}; }), {"absurd"});
  expect_unwritable(with([](EngineHeader& h) { h.token_arena = ~std::size_t{0}; }), {"token_arena", "out of range"});
}

TEST(Checksum, NoticesEveryChangeOfOneByteAndOfLength) {
  std::vector<std::byte> bytes(200);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto part = std::span(bytes).first(size);
    const std::uint64_t sum = checksum(part);
    if (size > 0) {
      EXPECT_NE(sum, checksum(part.first(size - 1)));
    }
    for (std::byte& byte : part) {
      byte = std::byte{0x80};
      EXPECT_NE(checksum(part), sum);
      byte = std::byte{0};
    }
  }
}

TEST(Checksum, NoticesWordsThatChangePlaces) {
  std::vector<std::uint64_t> words(32);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = i;
  const std::uint64_t sum = checksum(std::as_bytes(std::span(words)));
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::swap(words[0], words[i]);
    EXPECT_NE(checksum(std::as_bytes(std::span(words))), sum);
    std::swap(words[0], words[i]);
  }
}

}  // namespace
}  // namespace lectern::formats
