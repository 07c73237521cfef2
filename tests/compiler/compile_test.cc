#include "lectern/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "formats/engine_file.h"
#include "lectern/error.h"
#include "support/tiny_decoder.h"
#include "support/tiny_folder.h"

namespace lectern {
namespace {

namespace fs = std::filesystem;
using support::TinyDecoder;
using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const TinyDecoder& model, const CompileOptions& options = {.target = "scalar", .precision = {}}) {
  const fs::path path = support::write(model);
  const fs::path output = path.parent_path() / "out.lectern";
  std::string message = "nothing was thrown";
  try {
    compile(path, output, options);
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_FALSE(fs::exists(output));
  return message;
}

TEST(Compile, EveryTargetOfEveryTypeGivesAnEngineThatOpens) {
  for (const DType type : {DType::kF32, DType::kF16, DType::kBF16, DType::kQ8_0, DType::kQ4_0, DType::kQ4_1,
                           DType::kQ4_K, DType::kQ5_K, DType::kQ6_K}) {
    const TinyDecoder model{.width = 256, .heads = 8, .head_dim = 32, .ffn_width = 256, .type = type};
    const fs::path path = support::write(model);
    for (const char* target : {"scalar", "avx2", "avx512"}) {
      const fs::path output = path.parent_path() / "out.lectern";
      compile(path, output, {target, {}});
      const formats::EngineFile file(output);
      EXPECT_EQ(file.header().target, target);
      EXPECT_EQ(file.header().kv_groups.size(), 1u);
      EXPECT_NO_THROW(formats::verify_weights(file));
    }
  }
}

TEST(Compile, WidthsThatAVectorTargetCannotPackFallBackToFloats) {
  const TinyDecoder odd{.width = 40, .heads = 2, .kv_heads = 1, .head_dim = 16, .ffn_width = 40};
  const fs::path path = support::write(odd);
  for (const char* target : {"scalar", "avx2", "avx512"}) {
    const fs::path output = path.parent_path() / "out.lectern";
    compile(path, output, {target, WeightPrecision::kQ8});
    const formats::EngineFile file(output);
    for (const auto& weight : file.header().weights) {
      if (weight.columns == 40) {
        EXPECT_EQ(weight.type, DType::kF32) << weight.name;
      }
    }
  }
}

TEST(Compile, ErrorsNameFileAndCause) {
  EXPECT_THAT(error_of({}, {"pentium", {}}), HasSubstr("\"pentium\""));
  EXPECT_THAT(error_of({.kv_heads = 3}), HasSubstr("4 query heads cannot share 3 key heads"));
  EXPECT_THAT(error_of({.head_dim = 24}, {"avx2", {}}), HasSubstr("avx2 has no attention for heads of 24"));
  EXPECT_THAT(error_of({.family = "gpt9"}), HasSubstr("\"gpt9\""));
  EXPECT_THROW(compile("no/such.gguf", "out.lectern"), Error);
}

TEST(Compile, AVocabularyThatCannotWorkIsRefusedWithItsFile) {
  const auto metadata = [](const char* token, const char* merge) {
    return [=](support::GgufBuilder& gguf) {
      gguf.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "smollm");
      gguf.texts("tokenizer.ggml.tokens", {"a", token}).i32s("tokenizer.ggml.token_type", {1, 1});
      gguf.texts("tokenizer.ggml.merges", {merge});
    };
  };
  const auto told = [](auto more) { return error_of({.tokenizer = false, .more = more}); };
  EXPECT_THAT(told(metadata("b", "b foo")), AllOf(HasSubstr("tiny.gguf"), HasSubstr("foo")));
  EXPECT_THAT(told(metadata("\xff", "a a")), AllOf(HasSubstr("tiny.gguf"), HasSubstr("UTF-8")));
}

TEST(Compile, OverwritesNothingButAnEngine) {
  const fs::path path = support::write(TinyDecoder{});
  const auto before = support::read_file(path);
  EXPECT_THROW(compile(path, path), Error);
  EXPECT_EQ(support::read_file(path), before);
  const fs::path fifo = path.parent_path() / "pipe";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THROW(compile(path, fifo), Error);
  EXPECT_TRUE(fs::is_fifo(fifo));
  const fs::path output = path.parent_path() / "out.lectern";
  compile(path, output, {"scalar", {}});
  compile(path, output, {"scalar", {}});
}

TEST(Compile, TiedHeadIsStoredOnce) {
  const auto bytes_of = [](bool tied) {
    const fs::path path = support::write(TinyDecoder{.tied = tied});
    compile(path, path.parent_path() / "out.lectern", {"scalar", {}});
    return fs::file_size(path.parent_path() / "out.lectern");
  };
  EXPECT_GT(bytes_of(false), bytes_of(true) + TinyDecoder::kVocabulary * 64 * 4);
}

TEST(Inspect, TellsWhatACheckpointHolds) {
  const std::string text = inspect(support::write(TinyDecoder{.type = DType::kQ8_0}));
  EXPECT_THAT(text, HasSubstr("a checkpoint (GGUF) of the family llama"));
  EXPECT_THAT(text, HasSubstr("llama.block_count = 2"));
  EXPECT_THAT(text, HasSubstr("259 in all]"));
  EXPECT_THAT(text, HasSubstr("blk.1.ffn_down.weight"));
  EXPECT_THAT(text, HasSubstr("Q8_0"));
  EXPECT_THAT(text, HasSubstr("[64, 96]"));
}

TEST(Inspect, TellsWhatAnEngineHolds) {
  const fs::path path = support::write(TinyDecoder{.window = 32});
  compile(path, path.parent_path() / "out.lectern", {"scalar", {}});
  const std::string text = inspect(path.parent_path() / "out.lectern");
  EXPECT_THAT(text, HasSubstr("an engine for scalar"));
  EXPECT_THAT(text, HasSubstr("2 layers of 2 heads of 16, a window of 32 tokens"));
  EXPECT_THAT(text, HasSubstr("attention("));
  EXPECT_THAT(text, HasSubstr("window=32"));
}

TEST(Inspect, HostileTextStaysOnItsLine) {
  const std::string text = inspect(support::write(TinyDecoder{
      .more = [](support::GgufBuilder& g) { g.text("general.note", "a\n\x1b[31mb\xff" + std::string(5000, 'x')); }}));
  EXPECT_THAT(text, HasSubstr("general.note = a  [31mb"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_LT(text.size(), 8000u);
}

}  // namespace
}  // namespace lectern
