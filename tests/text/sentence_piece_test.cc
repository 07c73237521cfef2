#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "lectern/error.h"
#include "small_tokenizers.h"

namespace lectern::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr EncodeOptions kPlain{false, false};
constexpr EncodeOptions kMore{false, false, TextBefore::kText};

// Ids: 0 <unk>, 1 <s>, 2 </s>, bytes from 3, then the pieces of small_sentence_pieces.
constexpr TokenId kByte = 3, kBlank = 259, kA = 260, kB = 261, kAb = 262, kBlankA = 263, kBlanks = 264, kUser = 265;

TEST(SentencePieces, MergeTheHighestScoreFirst) {
  const auto tokenizer = make_tokenizer(small_sentence_pieces());
  EXPECT_THAT(tokenizer->encode("ab", kMore), ElementsAre(kAb));
  EXPECT_THAT(tokenizer->encode("ab", kPlain), ElementsAre(kBlank, kAb)) << "ab merges before a blank and a";
  EXPECT_THAT(tokenizer->encode("aab", kPlain), ElementsAre(kBlankA, kAb));
  EXPECT_THAT(tokenizer->encode("aa", kPlain), ElementsAre(kBlankA, kA));
  EXPECT_TRUE(tokenizer->encode("", kPlain).empty());
}

TEST(SentencePieces, WhatIsNoPieceIsSpelledInBytes) {
  const auto tokenizer = make_tokenizer(small_sentence_pieces());
  EXPECT_THAT(tokenizer->encode("\n\u00e9", kMore), ElementsAre(kByte + '\n', kByte + 0xc3, kByte + 0xa9));
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{kA, kByte + 0xc3, kByte + 0xa9, kByte + 0xff}), "a\u00e9\ufffd");
  const auto decoder = tokenizer->incremental_decoder();
  EXPECT_EQ(decoder->next(kByte + 0xc3), "") << "half a character";
  EXPECT_EQ(decoder->next(kByte + 0xa9), "\u00e9");
}

TEST(SentencePieces, ABlankStandsBeforeATextAndBehindSpecialTokens) {
  TokenizerData data = small_sentence_pieces();
  data.add_bos = true;
  auto tokenizer = make_tokenizer(data);
  EXPECT_THAT(tokenizer->encode("a</s>a"), ElementsAre(1, kBlankA, 2, kBlankA));
  EXPECT_THAT(tokenizer->encode("a", {false, true, TextBefore::kSpecialToken}), ElementsAre(kBlankA));
  EXPECT_THAT(tokenizer->encode(" a", kPlain), ElementsAre(kBlanks, kA));
  data.prefix = BlankPrefix::kFirst;
  tokenizer = make_tokenizer(data);
  EXPECT_THAT(tokenizer->encode("a</s>a"), ElementsAre(1, kBlankA, 2, kA));
  EXPECT_THAT(tokenizer->encode("a", {false, true, TextBefore::kSpecialToken}), ElementsAre(kA));
  data.prefix_unless_blank = true;
  tokenizer = make_tokenizer(data);
  EXPECT_THAT(tokenizer->encode(" a", kPlain), ElementsAre(kBlankA));
  data.prefix = BlankPrefix::kNone;
  EXPECT_THAT(make_tokenizer(data)->encode("a</s>a"), ElementsAre(1, kA, 2, kA));
}

TEST(SentencePieces, TheBlankBeforeATextIsNotDecoded) {
  const auto tokenizer = make_tokenizer(small_sentence_pieces());
  const std::vector<TokenId> tokens = {1, kBlank, kBlankA, kA};
  EXPECT_EQ(tokenizer->decode(tokens), " aa") << "one blank, whichever token has it";
  EXPECT_EQ(tokenizer->decode(tokens, true), "<s>  aa");
  for (const bool continues : {false, true}) {
    const auto decoder = tokenizer->incremental_decoder(continues);
    EXPECT_EQ(decoder->next(1), "");
    EXPECT_EQ(decoder->next(kBlankA), continues ? " a" : "a");
    EXPECT_EQ(decoder->next(kBlankA), " a");
  }
  EXPECT_EQ(tokenizer->token_bytes(kBlankA), " a");
  EXPECT_EQ(tokenizer->token_bytes(kBlankA, {.begins_text = true}), "a");
  EXPECT_EQ(tokenizer->token_bytes(kByte + 0xc3), "\xc3");
  EXPECT_EQ(tokenizer->token_bytes(2), "");
  EXPECT_EQ(tokenizer->token_bytes(2, {.keep_special = true}), "</s>");
  TokenizerData data = small_sentence_pieces();
  data.prefix = BlankPrefix::kNone;
  EXPECT_EQ(make_tokenizer(data)->decode(tokens), "  aa");
}

TEST(SentencePieces, SpecialTokensAreMatchedWhereAskedUserDefinedOnesAlways) {
  const auto tokenizer = make_tokenizer(small_sentence_pieces());
  EXPECT_THAT(tokenizer->encode("<user>a", kMore), ElementsAre(kUser, kBlankA));
  EXPECT_THAT(tokenizer->encode("<s><unk>", {false, true}), ElementsAre(1, 0));
  EXPECT_EQ(tokenizer->encode("<s>", kMore).size(), 3u) << "text of people, byte by byte";
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{kUser, kA}), "<user>a");
}

TEST(SentencePieces, PiecesMayReachAcrossWordsWhereTheVocabularyHasSuch) {
  TokenizerData data = small_sentence_pieces();
  data.tokens.emplace_back("b\u2581a");
  data.types.push_back(TokenType::kNormal);
  data.scores.push_back(-1);
  const auto across = static_cast<TokenId>(data.tokens.size()) - 1;
  EXPECT_THAT(make_tokenizer(data)->encode("b a", kMore), ElementsAre(across));
  data.scores.back() = -9;
  EXPECT_THAT(make_tokenizer(data)->encode("ab a", kMore), ElementsAre(kAb, kBlankA));
}

TEST(SentencePieces, AMegabyteWithoutABlankMergesInTime) {
  const auto tokenizer = make_tokenizer(small_sentence_pieces());
  std::string text;
  for (int i = 0; i < 500000; ++i) text += "ab";
  const auto ids = tokenizer->encode(text, kMore);
  EXPECT_EQ(ids, std::vector<TokenId>(500000, kAb));
  EXPECT_EQ(tokenizer->decode(ids), text);
  EXPECT_EQ(tokenizer->encode(std::string(1000000, ' '), kMore), std::vector<TokenId>(500000, kBlanks));
}

TEST(SentencePieces, ThePromptBeginsWithTheStartToken) {
  TokenizerData data = small_sentence_pieces();
  data.chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}";
  const std::vector<Message> messages = {{"user", "a"}};
  EXPECT_EQ(make_tokenizer(data)->apply_chat_template(messages), "a");
  data.add_bos = true;
  EXPECT_EQ(make_tokenizer(data)->apply_chat_template(messages), "<s>a");
  data.chat_template = "{{ bos_token }}" + data.chat_template;
  EXPECT_EQ(make_tokenizer(data)->apply_chat_template(messages), "<s>a");
}

TEST(SentencePieces, ADamagedVocabularyIsRefused) {
  const auto refused = [](auto&& damage, const std::string& part) {
    TokenizerData data = small_sentence_pieces();
    damage(data);
    try {
      make_tokenizer(std::move(data));
      ADD_FAILURE() << "accepted: " << part;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  refused([](TokenizerData& d) { d.scores.pop_back(); }, "scores for");
  refused([](TokenizerData& d) { d.scores.clear(); }, "scores for 0");
  refused([](TokenizerData& d) { d.scores[kA] = std::numeric_limits<float>::quiet_NaN(); }, "not a number");
  refused([](TokenizerData& d) { d.tokens[kByte + 0x41] = "<0xZZ>"; }, "<0xZZ>");
  refused([](TokenizerData& d) { d.tokens[kByte + 0x41] = "<0x42>"; }, "no token <0x41>");
  refused([](TokenizerData& d) { d.types[kByte + 0x41] = TokenType::kNormal; }, "no token <0x41>");
  refused([](TokenizerData& d) { d.tokens[kA] = std::string(3000, 'a'); }, "3000 bytes");
  refused([](TokenizerData& d) { d.merges = {{"a", "z"}}; }, "merge 0");
  refused([](TokenizerData& d) { d.merges = {{"b", "a"}}; }, "merge 0");
}

TEST(SentencePieces, ScoresMayBeInfinite) {
  TokenizerData data = small_sentence_pieces();
  data.scores[kBlankA] = std::numeric_limits<float>::infinity();
  data.scores[kAb] = -std::numeric_limits<float>::infinity();
  EXPECT_THAT(make_tokenizer(data)->encode("ab", kPlain), ElementsAre(kBlankA, kB));
}

}  // namespace
}  // namespace lectern::text
