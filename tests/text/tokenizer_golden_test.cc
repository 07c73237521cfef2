// Token ids of 20,000 lines, against Hugging Face's tokenizers (golden/generate_lines.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "compiler/tokenizer_import.h"
#include "core/bytes_reader.h"
#include "golden_lines.h"

namespace lectern::text {
namespace {

struct Golden {
  std::uint32_t stride = 0;
  std::vector<std::uint64_t> hashes;          // [lines]
  std::vector<std::vector<TokenId>> samples;  // of every stride-th line
};

// Of the model at `index`: smollm2, qwen, minilm.
Golden read_golden(int index) {
  const std::string file = read_file("tests/text/golden/ids.bin");
  BytesReader in(as_bytes(file), "ids.bin");
  const auto lines = in.read<std::uint32_t>("lines");
  Golden golden;
  golden.stride = in.read<std::uint32_t>("stride");
  for (int model = 0; model <= index; ++model) {
    golden.hashes.resize(lines);
    for (auto& hash : golden.hashes) hash = in.read<std::uint64_t>("hash");
    golden.samples.assign((lines + golden.stride - 1) / golden.stride, {});
    for (auto& sample : golden.samples) {
      sample.resize(in.read<std::uint32_t>("count"));
      for (TokenId& id : sample) id = in.read<TokenId>("id");
    }
  }
  return golden;
}

void compare(const std::string& checkpoint, int index) {
  const auto tokenizer = make_tokenizer(compiler::import_tokenizer(*formats::open_checkpoint(checkpoint)));
  const std::vector<std::string> lines = read_lines();
  const Golden golden = read_golden(index);
  ASSERT_EQ(lines.size(), golden.hashes.size());
  ASSERT_EQ(lines.size(), 20000u);
  int wrong = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto ids = tokenizer->encode(lines[i], {false, i % 2 == 0});
    if (i % golden.stride == 0) {
      EXPECT_EQ(ids, golden.samples[i / golden.stride]) << "line " << i << ": " << lines[i];
    }
    if (fnv1a(ids) != golden.hashes[i] && ++wrong <= 10) ADD_FAILURE() << "line " << i << ": " << lines[i];
  }
  EXPECT_EQ(wrong, 0) << "of " << lines.size() << " lines";
}

std::string model(const char* name) {
  const char* folder = std::getenv("LECTERN_MODELS");
  return fmt::format("{}/{}", folder == nullptr ? "models" : folder, name);
}

TEST(TokenizerGolden, SmolLM2) { compare(model("smollm2-135m-instruct-q4_1.gguf"), 0); }

TEST(TokenizerGolden, Qwen) {
  const char* qwen = std::getenv("LECTERN_QWEN");
  if (qwen == nullptr) GTEST_SKIP() << "LECTERN_QWEN does not name Qwen2.5-Coder-1.5B-Instruct's GGUF file.";
  compare(qwen, 1);
}

TEST(TokenizerGolden, MiniLM) { compare(model("all-minilm-l6-v2"), 2); }

TEST(TokenizerGolden, DecodingGivesTheTextBack) {
  const auto tokenizer =
      make_tokenizer(compiler::import_tokenizer(*formats::open_checkpoint(model("smollm2-135m-instruct-q4_1.gguf"))));
  const std::string text = "  Café 中文 👩‍👩‍👧 e\u0301\r\n\tx = {1: 'a'}  <|im_end|>";
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text), true), text);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text), false), text.substr(0, text.size() - 10));
}

}  // namespace
}  // namespace lectern::text
