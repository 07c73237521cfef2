#include "grammar/token_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace lectern::grammar {
namespace {

// Each byte is a token, and after them come these; the last one ends an answer.
class Words : public Tokenizer {
 public:
  std::vector<std::string> words = {"{\"", "\":", "\"}", "aa\"", "\": \"", "aaaaaaaa", "\xc3", ""};

  std::string token_bytes(TokenId token, const TokenTextOptions&) const override {
    return token < 256 ? std::string(1, static_cast<char>(token)) : words[static_cast<std::size_t>(token - 256)];
  }
  std::int32_t vocabulary_size() const override { return 256 + static_cast<std::int32_t>(words.size()); }
  std::span<const TokenId> end_tokens() const override { return ends_; }

  std::vector<TokenId> encode(std::string_view, const EncodeOptions&) const override { return {}; }
  std::string decode(std::span<const TokenId>, bool) const override { return ""; }
  std::unique_ptr<IncrementalDecoder> incremental_decoder(bool) const override { return nullptr; }
  TokenId bos() const override { return -1; }
  std::string apply_chat_template(std::span<const Message>) const override { return ""; }
  bool has_chat_template() const override { return false; }

 private:
  std::vector<TokenId> ends_ = {263};
};

class TokenFilterTest : public testing::Test {
 protected:
  // The tokens that `restrict` leaves.
  std::vector<TokenId> left(TokenFilter& filter, TokenFilter::Position position, int tokens) {
    std::vector<float> logits(static_cast<std::size_t>(words.vocabulary_size()) + 3, 0.0f);  // models pad
    filter.restrict(position, tokens, logits);
    std::vector<TokenId> out;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      if (!std::isinf(logits[i])) out.push_back(static_cast<TokenId>(i));
    }
    for (TokenId token = 0; token < words.vocabulary_size(); ++token) {
      const bool there = std::find(out.begin(), out.end(), token) != out.end();
      EXPECT_EQ(filter.allows(position, token, tokens), there) << token;
    }
    return out;
  }

  TokenFilter::Position read(TokenFilter& filter, std::string_view text) {
    auto position = filter.start();
    for (const char c : text) position = filter.after(position, static_cast<unsigned char>(c));
    return position;
  }

  Words words;
  TokenTrie trie{words};
};

TEST_F(TokenFilterTest, TokensThatReachAcrossPartsFit) {
  TokenFilter filter(
      json_schema_grammar(R"({"type":"object","properties":{"aa":{"type":"string"}},"required":["aa"]})"), words, trie);
  EXPECT_EQ(left(filter, filter.start(), 100), (std::vector<TokenId>{'{', 256}));
  const auto key = read(filter, "{\"");
  EXPECT_EQ(left(filter, key, 100), (std::vector<TokenId>{'a', 259}));
  EXPECT_EQ(left(filter, read(filter, "{\"aa"), 100), (std::vector<TokenId>{'"', 257, 260}));
}

TEST_F(TokenFilterTest, APartOfACharacterWantsTheRest) {
  TokenFilter filter(json_schema_grammar(R"({"type":"string"})"), words, trie);
  const auto part = filter.after(read(filter, "\""), 262);
  const auto tokens = left(filter, part, 100);
  ASSERT_EQ(tokens.size(), 64u);
  EXPECT_EQ(tokens.front(), 0x80);
  EXPECT_EQ(tokens.back(), 0xbf);
}

TEST_F(TokenFilterTest, AnAnswerEndsWithinItsTokens) {
  TokenFilter filter(json_schema_grammar(R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})"),
                     words, trie);
  const auto value = read(filter, "{\"a\":\"");  // two bytes to go
  EXPECT_GT(left(filter, value, 4).size(), 90u);
  EXPECT_EQ(left(filter, value, 2), (std::vector<TokenId>{'"', 256, 258, 259}));  // the quotation mark, at least
  EXPECT_GT(left(filter, value, 1).size(), 90u);  // it does not suffice: then all that fits
  const auto end = filter.after(value, 258);
  EXPECT_TRUE(filter.complete(end));
  EXPECT_EQ(left(filter, end, 10), (std::vector<TokenId>{263}));
}

TEST_F(TokenFilterTest, EndTokensComeWhereTheAnswerIsWhole) {
  TokenFilter filter(json_schema_grammar(R"({"type":"integer"})"), words, trie);
  EXPECT_FALSE(filter.allows(filter.start(), 263, 10));
  const auto digit = read(filter, "7");
  EXPECT_TRUE(filter.allows(digit, 263, 10));
  EXPECT_FALSE(filter.complete(digit));
}

}  // namespace
}  // namespace lectern::grammar
