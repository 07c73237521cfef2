#include "grammar/token_filter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "lectern/error.h"

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

// Twenty thousand words as a vocabulary has them.
class TokenFilterWork : public TokenFilterTest {
 protected:
  TokenFilterWork() {
    std::mt19937 random(1);
    const auto add = [&](std::string_view begin, std::string_view letters, int count, unsigned most) {
      for (int i = 0; i < count; ++i) {
        std::string word(begin);
        for (unsigned size = 2 + random() % (most - 1); size > 0; --size) word += letters[random() % letters.size()];
        words.words.push_back(word);
      }
    };
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
    add("", kLetters, 9000, 7);
    add(" ", kLetters, 9000, 8);
    add("", "0123456789", 500, 3);
    add("", "{}[]\":,. \n-_/@", 400, 3);
    trie = TokenTrie(words);
  }

  // The most that looking for the next tokens took in answers of that schema, drawn at random.
  std::size_t most_work(const std::string& schema) {
    const auto grammar = json_schema_grammar(schema);
    std::mt19937 random(5);
    std::size_t most = 0;
    for (int answer = 0; answer < 3; ++answer) {
      TokenFilter filter(grammar, words, trie);
      auto position = filter.start();
      for (int left = 60; left > 0 && !filter.complete(position); --left) {
        const std::size_t before = filter.work();
        std::vector<float> logits(static_cast<std::size_t>(words.vocabulary_size()));
        filter.restrict(position, left, logits);
        most = std::max(most, filter.work() - before);
        std::vector<TokenId> fitting;
        for (std::size_t i = 0; i < logits.size(); ++i) {
          if (!std::isinf(logits[i]) && i != 263) fitting.push_back(static_cast<TokenId>(i));
        }
        if (fitting.empty()) break;  // it ends here
        position = filter.tidy(filter.after(position, fitting[random() % fitting.size()]));
      }
    }
    return most;
  }
};

std::string many(const char* open, int count, const char* part, const char* close) {
  std::string all = open;
  for (int i = 0; i < count; ++i) all += (i > 0 ? "," : "") + fmt::format(fmt::runtime(part), i);
  return all + close;
}

TEST_F(TokenFilterWork, OrdinarySchemasStayFarFromTheMostWork) {
  std::vector<std::string> schemas = {
      "true",
      R"({"type":"object"})",
      R"({"type":"object","required":["title","minutes"],"properties":{"title":{"type":"string","maxLength":40},
          "minutes":{"type":"integer","minimum":1},"ingredients":{"type":"array","minItems":1,"maxItems":5,"items":{
          "type":"object","properties":{"what":{"type":"string"},"grams":{"type":"number","minimum":0}},
          "required":["what","grams"],"additionalProperties":false}}},"additionalProperties":false})",
      R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"label":{"type":"string","maxLength":12},
          "children":{"type":"array","maxItems":2,"items":{"$ref":"#/$defs/node"}}},"required":["label","children"]}}})",
      R"({"oneOf":[{"type":"object","properties":{"kind":{"const":"circle"},"r":{"type":"number","exclusiveMinimum":0}},
          "required":["kind","r"]},{"type":"object","properties":{"kind":{"const":"square"},"side":{"type":"number",
          "minimum":1,"maximum":9}},"required":["kind","side"]}]})",
      R"({"type":"object","additionalProperties":{"type":"integer","minimum":-5,"maximum":5}})",
      R"({"type":"string","maxLength":400})",
      R"({"type":"string","pattern":"^[a-zé日]+( [a-z]+)*$","minLength":4,"maxLength":9})",
      R"({"type":"string","pattern":"\\d","maxLength":12})",
      R"({"type":"string","pattern":"error|warning|fatal","maxLength":300})",
      R"({"type":"string","pattern":"^(\\w+\\s?){1,10}$"})",
      R"({"type":"integer","multipleOf":15,"minimum":-100,"exclusiveMaximum":1000})",
      many(R"({"enum":[)", 1000, R"("value number {}")", "]}"),
      many(R"({"type":"object","properties":{)", 200, R"("p{}":{{"type":"integer"}})", "}}"),
      many(R"({"type":"object","properties":{)", 200, R"("name {}":{{"type":"string"}})",
           R"(},"additionalProperties":{"type":"string"}})"),
      many(R"({"type":"array","minItems":3,"items":{"anyOf":[)", 30,
           R"({{"type":"object","properties":{{"kind":{{"const":"k{0}"}},"a":{{"type":"number","minimum":{0}}}}}}})",
           "]}}")};
  for (const char* format :
       {"date", "time", "date-time", "duration", "uuid", "email", "hostname", "ipv4", "ipv6", "uri"})
    schemas.push_back(fmt::format(R"({{"type":"string","format":"{}"}})", format));
  for (const auto& schema : schemas) EXPECT_LT(most_work(schema), TokenFilter::kMostWork / 4) << schema.substr(0, 200);
}

TEST_F(TokenFilterWork, ASchemaThatTakesTooMuchIsGivenUp) {
  std::string pattern;
  std::mt19937 random(1);
  for (int i = 0; i < 1200; ++i) {
    pattern += i > 0 ? "|" : "^(";
    for (int k = 0; k < 5; ++k) {
      const char left_out = static_cast<char>('b' + random() % 24);
      pattern += fmt::format("[a-{}{}-z]", static_cast<char>(left_out - 1), static_cast<char>(left_out + 1));
    }
  }
  TokenFilter filter(json_schema_grammar(R"({"type":"string","pattern":")" + pattern + ")\"}"), words, trie);
  const auto position = filter.after(filter.start(), '"');
  std::vector<float> logits(static_cast<std::size_t>(words.vocabulary_size()));
  try {
    filter.restrict(position, 100, logits);
    ADD_FAILURE() << "nothing was thrown after " << filter.work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(std::string(error.what()).find("fewer alternatives"), std::string::npos) << error.what();
  }
  EXPECT_LT(filter.work(), TokenFilter::kMostWork + 100'000);  // no more than a last byte beyond
  EXPECT_LT(filter.bytes(), 20'000'000u);
}

TEST_F(TokenFilterWork, WhatOneCallLeavesIsForLaterOnes) {
  // Each character is another position, of a hundred ways or so.
  TokenFilter filter(json_schema_grammar(R"({"type":"string","pattern":"a.{100}b"})"), words, trie);
  auto position = filter.after(filter.start(), '"');
  std::size_t given = 1, most = 0;
  try {
    for (; given < 1000; given += 2) {
      std::vector<float> logits(static_cast<std::size_t>(words.vocabulary_size()));
      const std::size_t before = filter.work();
      filter.restrict(position, 1000, logits);
      most = std::max(most, filter.work() - before);
      position = filter.tidy(filter.after(position, 'a'));
    }
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error&) {
    EXPECT_LT(filter.work(), TokenFilter::kMostWork + TokenFilter::kWorkOfCall * (given + 1) + 100'000);
    EXPECT_GT(most, TokenFilter::kWorkOfCall) << "one call may take more than its own";
  }
}

}  // namespace
}  // namespace lectern::grammar
