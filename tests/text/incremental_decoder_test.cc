#include <gtest/gtest.h>

#include <random>

#include "small_tokenizers.h"
#include "text/utf8.h"

namespace lectern::text {
namespace {

TEST(IncrementalDecoder, EmitsWholeCharactersOnly) {
  const auto tokenizer = make_tokenizer(small_byte_pairs());
  const auto decoder = tokenizer->incremental_decoder();
  const std::string family = "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7";
  std::string text;
  for (const TokenId token : tokenizer->encode(family)) {
    const std::string piece = decoder->next(token);
    EXPECT_TRUE(is_valid_utf8(piece));
    text += piece;
  }
  EXPECT_EQ(text, family);
  EXPECT_EQ(decoder->finish(), "");
}

TEST(IncrementalDecoder, AnUnfinishedCharacterBecomesOneReplacement) {
  const auto tokenizer = make_tokenizer(small_byte_pairs());
  const auto decoder = tokenizer->incremental_decoder();
  EXPECT_EQ(decoder->next(0xf0), "");
  EXPECT_EQ(decoder->next(0x9f), "");
  EXPECT_EQ(decoder->finish(), "\xef\xbf\xbd");
  EXPECT_EQ(decoder->next(0xe4), "");
  EXPECT_EQ(decoder->next('a'),
            "\xef\xbf\xbd"
            "a");
  EXPECT_EQ(decoder->next(261), "") << "a control token";
}

TEST(IncrementalDecoder, AgreesWithDecodingAtOnce) {
  std::mt19937 random(7);
  for (const auto& data : {small_byte_pairs(), small_word_pieces(), small_sentence_pieces()}) {
    const auto tokenizer = make_tokenizer(data);
    for (int round = 0; round < 2000; ++round) {
      std::vector<TokenId> tokens(random() % 12);
      for (TokenId& token : tokens)
        token = static_cast<TokenId>(random() % static_cast<unsigned>(tokenizer->vocabulary_size()));
      const auto decoder = tokenizer->incremental_decoder();
      std::string text;
      for (const TokenId token : tokens) {
        text += decoder->next(token);
        ASSERT_TRUE(is_valid_utf8(text));
      }
      text += decoder->finish();
      ASSERT_EQ(text, tokenizer->decode(tokens));
    }
  }
}

}  // namespace
}  // namespace lectern::text
