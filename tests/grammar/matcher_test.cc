#include "grammar/matcher.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "grammar/grammar.h"

namespace lectern::grammar {
namespace {

TEST(Matcher, KnowsWhenAnAnswerIsWholeAndHowFarItIs) {
  const auto grammar = json_schema_grammar(R"({"type":"array","items":{"type":"integer"},"minItems":2})");
  Matcher matcher(grammar->automaton());
  auto position = matcher.start();
  const std::string text = "[12,3]";
  const int costs[] = {5, 4, 3, 3, 2, 1, 0};  // "[0,0]" is the shortest; after a digit another one brings nothing
  EXPECT_EQ(matcher.cost(position), costs[0]);
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(matcher.accepts(position));
    position = matcher.advance(position, static_cast<std::uint8_t>(text[i]));
    EXPECT_EQ(matcher.cost(position), costs[i + 1]) << i;
  }
  EXPECT_TRUE(matcher.complete(position));
  EXPECT_EQ(matcher.advance(position, ' '), Matcher::kNowhere);
  EXPECT_EQ(matcher.advance(Matcher::kNowhere, ' '), Matcher::kNowhere);
}

TEST(Matcher, ANumberMayEndOrGoOn) {
  const auto grammar = json_schema_grammar(R"({"type":"integer"})");
  Matcher matcher(grammar->automaton());
  const auto position = matcher.advance(matcher.start(), '7');
  EXPECT_TRUE(matcher.accepts(position));
  EXPECT_FALSE(matcher.complete(position));
}

TEST(Matcher, TheSameWayIsTheSamePosition) {
  const auto grammar = json_object_grammar();
  Matcher matcher(grammar->automaton());
  auto position = matcher.start();
  for (const char c : std::string("{\"a")) position = matcher.advance(position, static_cast<std::uint8_t>(c));
  const std::size_t known = matcher.size();
  EXPECT_EQ(matcher.advance(position, 'b'), position);  // in a string it is all one
  EXPECT_EQ(matcher.advance(position, 'c'), position);
  EXPECT_EQ(matcher.size(), known);
}

TEST(Matcher, ForgetsAllButWhereItIs) {
  const auto grammar = json_object_grammar();
  Matcher matcher(grammar->automaton());
  auto position = matcher.start();
  for (const char c : std::string(R"({"a":[[{"b":)"))
    position = matcher.advance(position, static_cast<std::uint8_t>(c));
  const int cost = matcher.cost(position);
  position = matcher.forget(position);
  EXPECT_EQ(matcher.cost(position), cost);
  EXPECT_EQ(matcher.size(), 2u);
  for (const char c : std::string("1}]]}")) position = matcher.advance(position, static_cast<std::uint8_t>(c));
  EXPECT_TRUE(matcher.complete(position));
}

// Thousands of ways at once: those that are followed come to an end.
TEST(Matcher, AnAmbiguousPatternIsFollowedInPart) {
  const auto grammar = json_schema_grammar(R"x({"type":"string","pattern":"^((.?){60}|(a?b?){60}){20}$"})x");
  Matcher matcher(grammar->automaton());
  auto position = matcher.start();
  for (const char c : std::string("\"abababab")) {
    position = matcher.advance(position, static_cast<std::uint8_t>(c));
    ASSERT_NE(position, Matcher::kNowhere);
  }
  while (!matcher.accepts(position)) {
    const int cost = matcher.cost(position);
    for (int byte = 0; byte < 256 && matcher.cost(position) >= cost; ++byte) {
      const auto next = matcher.advance(position, static_cast<std::uint8_t>(byte));
      if (next != Matcher::kNowhere && matcher.cost(next) < cost) position = next;
    }
    ASSERT_LT(matcher.cost(position), cost);
  }
}

// Bytes drawn at random among those that fit, homewards after a while: whatever comes out is JSON.
TEST(Matcher, RandomWalksAreJson) {
  for (const char* schema : {"true", R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"number"}},
                                         "required":["a"],"additionalProperties":{"type":"array"}})"}) {
    const auto grammar = json_schema_grammar(schema);
    Matcher matcher(grammar->automaton());
    std::mt19937 random(7);
    for (int walk = 0; walk < 300; ++walk) {
      std::string text;
      auto position = matcher.start();
      while (!matcher.complete(position) && !(matcher.accepts(position) && text.size() > 40)) {
        std::vector<std::uint8_t> ways;
        for (int byte = 0; byte < 256; ++byte) {
          const auto next = matcher.advance(position, static_cast<std::uint8_t>(byte));
          if (next == Matcher::kNowhere) continue;
          if (text.size() < 40 || matcher.cost(next) < matcher.cost(position))
            ways.push_back(static_cast<std::uint8_t>(byte));
        }
        ASSERT_FALSE(ways.empty()) << text;
        const std::uint8_t byte = ways[random() % ways.size()];
        position = matcher.advance(position, byte);
        text += static_cast<char>(byte);
      }
      EXPECT_TRUE(nlohmann::json::accept(text)) << text;
    }
  }
}

}  // namespace
}  // namespace lectern::grammar
