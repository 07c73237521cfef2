#include "text/tokenizer_data.h"

#include <gtest/gtest.h>

#include "lectern/error.h"
#include "small_tokenizers.h"

namespace lectern::text {
namespace {

TEST(TokenizerData, SurvivesItsSection) {
  TokenizerData data = small_byte_pairs();
  data.add_bos = true;
  data.lowercase = true;
  const TokenizerData back = parse_tokenizer_data(serialize(data));
  EXPECT_EQ(back.model, data.model);
  EXPECT_EQ(back.pre_tokenizer, data.pre_tokenizer);
  EXPECT_EQ(back.tokens, data.tokens);
  EXPECT_EQ(back.types, data.types);
  EXPECT_EQ(back.merges, data.merges);
  EXPECT_EQ(back.end_tokens, data.end_tokens);
  EXPECT_EQ(back.bos, data.bos);
  EXPECT_TRUE(back.add_bos);
  EXPECT_FALSE(back.add_eos);
  EXPECT_TRUE(back.lowercase);
}

TEST(TokenizerData, ScoresSurviveTheSection) {
  TokenizerData data = small_sentence_pieces();
  data.prefix_unless_blank = true;
  const TokenizerData back = parse_tokenizer_data(serialize(data));
  EXPECT_EQ(back.model, data.model);
  EXPECT_EQ(back.types, data.types);
  EXPECT_EQ(back.scores, data.scores);
  EXPECT_EQ(back.prefix, BlankPrefix::kEach);
  EXPECT_TRUE(back.prefix_unless_blank);
}

TEST(TokenizerData, EveryTruncationIsRefused) {
  for (const auto& data : {small_word_pieces(), small_sentence_pieces()}) {
    const auto bytes = serialize(data);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_THROW(parse_tokenizer_data(std::span(bytes).first(size)), Error) << size;
    }
  }
}

TEST(TokenizerData, ADamagedSectionIsRefusedOrStillATokenizer) {
  for (const auto& data : {small_word_pieces(), small_sentence_pieces()}) {
    const auto bytes = serialize(data);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int bit : {0, 4, 7}) {
        auto damaged = bytes;
        damaged[at] ^= static_cast<std::byte>(1 << bit);
        try {
          const auto tokenizer = make_tokenizer(parse_tokenizer_data(damaged));
          EXPECT_LE(tokenizer->encode("running caf\xc3\xa9 \xe4\xb8\xad").size(), 40u);
        } catch (const Error& error) {
          EXPECT_TRUE(error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kUnsupported) << error.what();
        }
      }
    }
  }
}

}  // namespace
}  // namespace lectern::text
