#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lectern/error.h"
#include "small_tokenizers.h"

namespace lectern::text {
namespace {

using testing::ElementsAre;

TEST(BytePairs, MergeTheLowestRankFirstThenTheLeftmost) {
  const auto tokenizer = make_tokenizer(small_byte_pairs());
  const EncodeOptions plain{false, false};
  EXPECT_THAT(tokenizer->encode("abab", plain), ElementsAre(257));
  EXPECT_THAT(tokenizer->encode("abc", plain), ElementsAre(256, 'c'));
  EXPECT_THAT(tokenizer->encode("aaa", plain), ElementsAre(260, 'a'));
  EXPECT_THAT(tokenizer->encode("x ab", plain), ElementsAre('x', ' ', 256));
  EXPECT_TRUE(tokenizer->encode("", plain).empty());
}

TEST(BytePairs, LongWordsMergeAsShortOnesDo) {
  const auto tokenizer = make_tokenizer(small_byte_pairs());
  std::string word;
  for (int i = 0; i < 250000; ++i) word += "abab";
  const auto ids = tokenizer->encode(word, {false, false});
  EXPECT_EQ(ids, std::vector<TokenId>(250000, 257));
  EXPECT_EQ(tokenizer->decode(ids), word);
}

TEST(BytePairs, SpecialTokensAreTakenFromTheTextOnlyWhereAsked) {
  const TokenizerData data = small_byte_pairs();
  const auto tokenizer = make_tokenizer(data);
  const TokenId end = data.eos;
  EXPECT_THAT(tokenizer->encode("a<|end|>b"), ElementsAre('a', end, 'b'));
  EXPECT_EQ(tokenizer->encode("<|end|>", {true, false}).size(), 7u);
  EXPECT_THAT(tokenizer->encode("<tool>", {true, false}), ElementsAre(end + 1));
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{'a', end, end + 1}), "a<tool>");
  EXPECT_EQ(tokenizer->decode(std::vector<TokenId>{'a', end}, true), "a<|end|>");
}

TEST(BytePairs, AddTheStartTokenWhereTheModelSaysSo) {
  TokenizerData data = small_byte_pairs();
  data.add_bos = true;
  const TokenId bos = data.bos;
  const auto tokenizer = make_tokenizer(std::move(data));
  EXPECT_THAT(tokenizer->encode("b"), ElementsAre(bos, 'b'));
  EXPECT_THAT(tokenizer->encode("b", {.add_special_tokens = false}), ElementsAre('b'));
}

TEST(BytePairs, MalformedTextBecomesReplacementCharacters) {
  const auto tokenizer = make_tokenizer(small_byte_pairs("qwen2"));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("ok \xff\xc3.")), "ok \xef\xbf\xbd\xef\xbf\xbd.");
}

TEST(BytePairs, ManyMarksBehindALetterAreSortedInTime) {
  const auto tokenizer = make_tokenizer(small_byte_pairs("qwen2"));
  std::string text = "x";
  for (int i = 0; i < 200000; ++i) text += "\xcc\x81";  // combining class 230
  for (int i = 0; i < 200000; ++i) text += "\xcc\xa3";  // 220: belongs before all of them
  const std::string composed = tokenizer->decode(tokenizer->encode(text));
  EXPECT_EQ(composed.size(), text.size());
  EXPECT_EQ(composed.substr(0, 3), "x\xcc\xa3");
  EXPECT_EQ(composed.substr(composed.size() - 2), "\xcc\x81");
}

TEST(BytePairs, ADamagedVocabularyIsRefused) {
  const auto refused = [](auto&& damage, ErrorCode code) {
    TokenizerData data = small_byte_pairs();
    damage(data);
    try {
      make_tokenizer(std::move(data));
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
    }
  };
  refused([](TokenizerData& d) { d.merges.emplace_back("z", "z"); }, ErrorCode::kCorrupt);
  refused([](TokenizerData& d) { d.merges.emplace_back("\xe4\xb8\xad", "z"); }, ErrorCode::kCorrupt);
  refused([](TokenizerData& d) { d.types.pop_back(); }, ErrorCode::kCorrupt);
  refused([](TokenizerData& d) { d.bos = 100000; }, ErrorCode::kCorrupt);
  refused([](TokenizerData& d) { d.end_tokens = {-1}; }, ErrorCode::kCorrupt);
  refused([](TokenizerData& d) { d.tokens[3] = "\xff"; }, ErrorCode::kCorrupt);
  refused([](TokenizerData& d) { d = TokenizerData{}; }, ErrorCode::kCorrupt);
  refused([](TokenizerData& d) { d.pre_tokenizer = "viking"; }, ErrorCode::kUnsupported);
}

TEST(WordPieces, TakeTheLongestPieceAndGiveUpOnTheWord) {
  const auto tokenizer = make_tokenizer(small_word_pieces());
  EXPECT_THAT(tokenizer->encode("Unaffable, RUNNING."), ElementsAre(1, 3, 4, 5, 8, 6, 7, 9, 2));
  EXPECT_THAT(tokenizer->encode("unaffx run", {false, false}), ElementsAre(0, 6));
  EXPECT_THAT(tokenizer->encode("\xe4\xb8\xad\xe4\xb8\xad", {false, false}), ElementsAre(10, 10));
  EXPECT_THAT(tokenizer->encode("CAF\xc3\x89S cafe\xcc\x81", {false, false}), ElementsAre(11, 12, 11));
  EXPECT_THAT(tokenizer->encode("r\x01u\xe2\x80\x8bn\xc2\xa0run", {false, false}), ElementsAre(6, 6));
  EXPECT_THAT(tokenizer->encode("[SEP] run"), ElementsAre(1, 2, 6, 2));
}

TEST(WordPieces, AWordOfMoreThanAHundredCharactersIsUnknown) {
  TokenizerData data = small_word_pieces();
  data.tokens.insert(data.tokens.end(), {"x", "##x"});
  data.types.resize(data.tokens.size(), TokenType::kNormal);
  const auto tokenizer = make_tokenizer(std::move(data));
  EXPECT_EQ(tokenizer->encode(std::string(100, 'x'), {false, false}).size(), 100u);
  EXPECT_THAT(tokenizer->encode(std::string(101, 'x'), {false, false}), ElementsAre(0));
  EXPECT_THAT(tokenizer->encode(std::string(1000000, 'x'), {false, false}), ElementsAre(0));
}

TEST(WordPieces, DecodeWithBlanksBetweenWords) {
  const auto tokenizer = make_tokenizer(small_word_pieces());
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("Running, unaffable.")), "running, unaffable.");
  EXPECT_THROW(tokenizer->decode(std::vector<TokenId>{13}), Error);
  EXPECT_THROW(tokenizer->decode(std::vector<TokenId>{-1}), Error);
}

TEST(WordPieces, NeedAnUnknownToken) {
  TokenizerData data = small_word_pieces();
  data.unknown = -1;
  EXPECT_THROW(make_tokenizer(std::move(data)), Error);
}

}  // namespace
}  // namespace lectern::text
