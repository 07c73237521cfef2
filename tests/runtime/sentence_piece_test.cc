// A whole model with a SentencePiece vocabulary: GGUF file, engine file, answers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "runtime/load.h"
#include "runtime/tiny_engine.h"
#include "text/utf8.h"

namespace lectern::runtime {
namespace {

struct Vocabulary {
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> types = {2, 3, 3};
  std::vector<float> scores = {0, 0, 0};

  Vocabulary() {
    for (int byte = 0; byte < 256; ++byte) add(fmt::format("<0x{:02X}>", byte), 6, 0);
    float score = 0;
    for (const char* piece : {"\u2581a", "\u2581{", "{\"", "\":", "\u2581\"", "\",", "key", "ke", "\u2581the", "th",
                              "\u2581t", "he", "\u2581\u2581", "}]", "\u2581[", "[{", "\u4e2d\u6587"}) {
      add(piece, 1, --score);
    }
    for (const char* character :
         {"\u2581", "a", "e", "h", "k", "t", "y", "{", "}", "[", "]", "\"", ":", ",", "\u4e2d", "\u6587"}) {
      add(character, 1, --score);
    }
  }

  void add(const std::string& token, std::int32_t type, float score) {
    tokens.push_back(token);
    types.push_back(type);
    scores.push_back(score);
  }
};

class SentencePieceModelTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Vocabulary vocabulary;
    file_ = compiled({.context = 400,
                      .tokenizer = false,
                      .vocabulary = static_cast<int>(vocabulary.tokens.size()),
                      .more = [&](support::GgufBuilder& gguf) {
                        gguf.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", vocabulary.tokens);
                        gguf.i32s("tokenizer.ggml.token_type", vocabulary.types);
                        gguf.f32s("tokenizer.ggml.scores", vocabulary.scores);
                        gguf.u32("tokenizer.ggml.bos_token_id", 1).u32("tokenizer.ggml.eos_token_id", 2);
                      }});
  }

  std::unique_ptr<Engine> load() { return load_engine_on(pool_, file_, {}); }

  static Request request(const Engine& engine, unsigned seed, int answer = 60) {
    Request made;
    made.prompt = engine.tokenizer().encode("the key: the \u4e2d\u6587 {\"a\":");
    made.sampling.max_tokens = answer;
    made.sampling.temperature = 1;
    made.sampling.seed = seed;
    return made;
  }

  static std::filesystem::path file_;
  WorkerPool pool_{1};
};

std::filesystem::path SentencePieceModelTest::file_;

TEST_F(SentencePieceModelTest, TheEngineFileHasTheTokenizer) {
  const auto tokenizer = load_tokenizer(file_);
  const auto ids = tokenizer->encode("the \u4e2d\u6587\u00e9");
  // th has a higher score than the two pieces that the whole word is made of, and is joined first.
  EXPECT_EQ(ids.size(), 8u) << "start, blank, th, e, blank, one piece of two characters, two bytes";
  EXPECT_EQ(ids.front(), tokenizer->bos());
  EXPECT_EQ(tokenizer->decode(ids), "the \u4e2d\u6587\u00e9");
}

// A model of random weights writes anything: its answers fit only because they have to.
TEST_F(SentencePieceModelTest, AnAnswerKeepsToItsSchema) {
  const auto engine = load();
  const auto grammar = json_schema_grammar(
      R"({"type":"array","items":{"type":"object","properties":{"key":{"type":"string","maxLength":12},"a":{"type":"boolean"}},
          "required":["key","a"]},"minItems":2})");
  std::set<TokenId> used;
  for (unsigned seed = 0; seed < 12; ++seed) {
    auto asked = request(*engine, seed, 200);
    asked.sampling.grammar = grammar;
    const Completion answer = engine->submit(asked)->wait();
    EXPECT_EQ(answer.finish, FinishReason::kStop);
    const auto value = nlohmann::json::parse(answer.text, nullptr, false);
    ASSERT_TRUE(value.is_array()) << answer.text;
    EXPECT_GE(value.size(), 2u);
    for (const auto& item : value) EXPECT_TRUE(item.at("key").is_string() && item.at("a").is_boolean()) << answer.text;
    used.insert(answer.tokens.begin(), answer.tokens.end());
  }
  const auto is_used = [&](std::string_view bytes, bool byte_token) {
    return std::any_of(used.begin(), used.end(), [&](TokenId token) {
      return engine->tokenizer().token_bytes(token) == bytes && (token >= 3 && token < 259) == byte_token;
    });
  };
  EXPECT_TRUE(is_used("{\"", false)) << "pieces are among the tokens that a grammar allows";
  EXPECT_TRUE(is_used("r", true)) << "and so are bytes, which alone can write true";
}

TEST_F(SentencePieceModelTest, WhatIsStreamedAndWhatIsLikelyAgreesWithTheText) {
  const auto engine = load();
  bool blank = false;
  for (const bool continues : {false, true}) {
    for (unsigned seed = 0; seed < 40; ++seed) {
      auto asked = request(*engine, seed, 8);
      std::string streamed, spelled;
      asked.continues_prompt = continues;
      asked.top_logprobs = 1;
      asked.sampling.logit_bias = {{0, -100.f}, {1, -100.f}};  // special tokens have no text
      asked.on_token = [&](TokenId, std::string_view text) { streamed += text; };
      asked.on_logprobs = [&](const TokenLogprobs& logprobs) {
        spelled += engine->tokenizer().token_bytes(logprobs.chosen.token, {.begins_text = logprobs.begins_text});
      };
      const Completion answer = engine->submit(asked)->wait();
      EXPECT_TRUE(answer.text.starts_with(streamed)) << "the end of a text comes without a token";
      text::Utf8Assembler characters;
      const std::string whole = characters.add(spelled);
      EXPECT_EQ(whole + characters.finish(), answer.text);
      const bool begins = !answer.tokens.empty() && engine->tokenizer().token_bytes(answer.tokens[0]).starts_with(' ');
      EXPECT_TRUE(!begins || !continues || answer.text.starts_with(' ')) << "the blank is the prompt's";
      blank = blank || begins;
    }
  }
  EXPECT_TRUE(blank) << "some answer begins with a blank";
}

}  // namespace
}  // namespace lectern::runtime
