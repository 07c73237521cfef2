// Token ids of a SentencePiece vocabulary, against sentencepiece and Hugging Face's tokenizers
// (golden/generate_pieces.py).
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compiler/tokenizer_import.h"
#include "golden_lines.h"
#include "support/fake_checkpoint.h"

namespace lectern::text {
namespace {

using nlohmann::json;
using test::FakeCheckpoint;

constexpr std::size_t kStride = 40;  // of the lines whose hashes are kept

const json& golden() {
  static const json kGolden = json::parse(read_file("tests/text/golden/pieces.json"));
  return kGolden;
}

FakeCheckpoint gguf() {
  std::vector<std::string> tokens;
  std::vector<double> scores;
  std::vector<std::int64_t> types;
  for (const json& token : golden()["tokens"]) {
    tokens.push_back(token[0]);
    scores.push_back(token[1]);
    types.push_back(token[2]);
  }
  FakeCheckpoint checkpoint(formats::CheckpointFormat::kGguf);
  checkpoint.fields = {{"tokenizer.ggml.model", "llama"},
                       {"tokenizer.ggml.tokens", tokens},
                       {"tokenizer.ggml.scores", scores},
                       {"tokenizer.ggml.token_type", types}};
  return checkpoint;
}

FakeCheckpoint folder(const json& settings) {
  json model = {{"type", "BPE"}, {"byte_fallback", true}, {"unk_token", "<unk>"}, {"merges", golden()["merges"]}};
  json added = json::array();
  std::size_t id = 0;
  for (const json& token : golden()["tokens"]) {
    model["vocab"][token[0].get<std::string>()] = id;
    if (id < 3) added.push_back({{"id", id}, {"content", token[0]}, {"special", true}});
    ++id;
  }
  for (const json& text : golden()["specials"]) {
    added.push_back({{"id", id++}, {"content", text}, {"special", text.get<std::string>().starts_with("[")}});
  }
  FakeCheckpoint checkpoint(formats::CheckpointFormat::kHuggingFace);
  checkpoint.files["tokenizer.json"] = json{
      {"added_tokens", added},
      {"normalizer", settings["normalizer"]},
      {"pre_tokenizer", settings["pre_tokenizer"]},
      {"model", model}}.dump();
  return checkpoint;
}

void compare(const Tokenizer& tokenizer, const json& reference, const EncodeOptions& options) {
  for (const json& example : reference["cases"]) {
    const auto text = example[0].get<std::string>();
    SCOPED_TRACE(text);
    const auto ids = tokenizer.encode(text, options);
    EXPECT_EQ(ids, example[1].get<std::vector<TokenId>>());
    EXPECT_EQ(tokenizer.decode(ids), example[2].get<std::string>());
    std::string streamed;
    const auto decoder = tokenizer.incremental_decoder();
    for (const TokenId id : ids) streamed += decoder->next(id);
    EXPECT_EQ(streamed + decoder->finish(), example[2].get<std::string>());
  }
  const auto lines = read_lines();
  const json& hashes = reference["hashes"];
  ASSERT_EQ(hashes.size(), (lines.size() + kStride - 1) / kStride);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const auto expected = std::stoull(hashes[i].get<std::string>(), nullptr, 16);
    EXPECT_EQ(fnv1a(tokenizer.encode(lines[i * kStride], options)), expected) << lines[i * kStride];
  }
}

TEST(SentencePieceGolden, EveryWayToWriteBlanks) {
  int compared = 0;
  for (const json& reference : golden()["tokenizers"]) {
    SCOPED_TRACE(reference["name"].get<std::string>());
    const bool own = reference["name"] == "sentencepiece";
    const FakeCheckpoint checkpoint = own ? gguf() : folder(reference["settings"]);
    // sentencepiece itself takes no special token from a text.
    compare(*make_tokenizer(compiler::import_tokenizer(checkpoint)), reference, {false, !own});
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

TEST(SentencePieceGolden, BothFilesGiveTheSameIds) {
  const json& settings = golden()["tokenizers"][1]["settings"];
  const auto a = make_tokenizer(compiler::import_tokenizer(gguf()));
  const auto b = make_tokenizer(compiler::import_tokenizer(folder(settings)));
  const auto lines = read_lines();
  for (std::size_t i = 1; i < lines.size(); i += 20) {
    const EncodeOptions plain{false, false, i % 3 == 0 ? TextBefore::kText : TextBefore::kNothing};
    if (lines[i].find("<|user|>") != std::string::npos) continue;  // a token of the folder's alone
    EXPECT_EQ(a->encode(lines[i], plain), b->encode(lines[i], plain)) << lines[i];
  }
}

}  // namespace
}  // namespace lectern::text
