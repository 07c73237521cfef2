#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "grammar/grammar.h"
#include "grammar/matcher.h"

namespace lectern::grammar {
namespace {

bool fits(const Grammar& grammar, std::string_view text) {
  Matcher matcher(grammar.automaton());
  auto position = matcher.start();
  for (const char byte : text) {
    position = matcher.advance(position, static_cast<std::uint8_t>(byte));
    if (position == Matcher::kNowhere) return false;
  }
  return matcher.accepts(position);
}

struct Case {
  const char* schema;
  std::vector<std::string> fitting, others;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.schema; }

class JsonSchema : public testing::TestWithParam<Case> {};

TEST_P(JsonSchema, TakesWhatFitsAndNothingElse) {
  const auto grammar = json_schema_grammar(GetParam().schema);
  for (const auto& text : GetParam().fitting) EXPECT_TRUE(fits(*grammar, text)) << text;
  for (const auto& text : GetParam().others) EXPECT_FALSE(fits(*grammar, text)) << text;
}

const Case kCases[] = {
    {R"({"type":"null"})", {"null"}, {"nul", "nulll", "", "0"}},
    {R"({"type":"boolean"})", {"true", "false"}, {"True", "1"}},
    {R"({"type":["null","boolean"]})", {"null", "true"}, {"\"\""}},
    {R"({"type":"integer"})",
     {"0", "-1", "120", "999999999999999"},
     {"01", "1.0", "-", "1e3", "+1", "1000000000000000"}},
    {R"({"type":"integer","minimum":3,"maximum":120})",
     {"3", "9", "10", "99", "100", "120"},
     {"2", "121", "-3", "0", "03"}},
    {R"({"type":"integer","minimum":-12,"maximum":5})",
     {"-12", "-1", "0", "5", "-10", "-9"},
     {"-13", "6", "-20", "-0", "-99"}},
    {R"({"type":"integer","exclusiveMinimum":0})", {"1", "10"}, {"0", "-1"}},
    {R"({"type":"integer","maximum":-7})", {"-7", "-8", "-70", "-100"}, {"-6", "0", "7"}},
    {R"({"type":"number"})", {"0", "-0.5", "1.25e-10", "12E3", "-0"}, {".5", "1.", "0x1", "00", "1e", "NaN"}},
    {R"({"type":"number","minimum":0,"maximum":1})", {"0", "1", "0.5", "0.999"}, {"1.5", "-0.1", "1.01", "2"}},
    {R"({"type":"number","minimum":-1.5})",
     {"-1", "-0.25", "0", "7.5", "-1.5", "-1.49"},
     {"-1.75", "-2", "-1.51", "-1.500000001"}},
    {R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1})",
     {"0.5", "0.001", "0.99"},
     {"0", "1", "0.0", "1.0", "-0.5", "-0"}},
    {R"({"type":"number","minimum":0.25,"maximum":0.7})",
     {"0.25", "0.3", "0.7", "0.70", "0.699"},
     {"0.2", "0.24", "0.71", "0.8", "0", "1", "0."}},
    {R"({"type":"number","minimum":9.5,"maximum":1e1})", {"9.5", "9.75", "10", "10.0"}, {"9.4", "10.1", "9", "11"}},
    {R"({"type":"number","maximum":-2.5})", {"-2.5", "-3", "-2.75"}, {"-2.4", "-2", "0", "2.5"}},
    {R"({"type":"number","minimum":1e-7})", {"0.0000001", "1"}, {"0.00000001", "0", "1e-7"}},
    {R"({"type":"integer","minimum":1000000000000000})", {"1000000000000000", "9999999999999999"}, {"999999999999999"}},
    {R"({"type":"integer","minimum":1700000000000000000,"maximum":1800000000000000000})",
     {"1700000000000000000", "1750000000000000000", "1800000000000000000"},
     {"1699999999999999999", "1800000000000000001"}},
    {R"({"type":"integer","maximum":-1000000000000000})", {"-1000000000000000"}, {"-999999999999999", "1"}},
    {R"({"type":"integer","minimum":0.5,"maximum":3.5})", {"1", "3"}, {"0", "4"}},
    {R"({"type":"integer","minimum":5,"exclusiveMinimum":5})", {"6"}, {"5"}},
    {R"({"type":"integer","minimum":7,"exclusiveMinimum":5})", {"7"}, {"6"}},
    {R"({"type":"integer","multipleOf":7,"minimum":-20,"maximum":100})",
     {"0", "7", "98", "-14"},
     {"1", "10", "105", "-21", "-13"}},
    {R"({"type":"number","multipleOf":5})", {"5", "100"}, {"5.0", "7"}},
    {R"({"type":"integer","format":"int64"})", {"12"}, {"1.5"}},
    {R"({"minimum":3})", {"3.5"}, {"2", "\"x\""}},
    {R"({"minLength":1})", {"\"x\""}, {"\"\"", "2"}},
    {R"({"type":"string"})",
     {R"("")", R"("a\"b\\\u00e9\n")", "\"é日😀\"", R"("\ud83d\ude00")", R"("\/")"},
     {"\"\n\"", R"("\x")", "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", R"("\ud83d")", R"("\ude00")",
      R"("\ud83d\u0041")", "\"a"}},
    {R"({"type":"string","minLength":2,"maxLength":3})",
     {"\"ab\"", "\"日本語\"", R"("\n\"x")"},
     {"\"a\"", "\"abcd\"", "\"\""}},
    {R"({"type":"string","pattern":"^[a-z]+$","minLength":2,"maxLength":4})",
     {"\"ab\"", "\"abcd\""},
     {"\"a\"", "\"abcde\"", "\"aB\""}},
    {R"({"type":"string","pattern":"é","minLength":3,"maxLength":3})",
     {"\"éab\"", "\"aéb\"", "\"日本é\"", R"("\n\"é")"},
     {"\"é\"", "\"abc\"", "\"abéc\""}},
    {R"({"type":"string","pattern":"^(ab){1,9}$","minLength":3})", {"\"abab\"", "\"ababab\""}, {"\"ab\"", "\"aba\""}},
    {R"({"type":"string","format":"uri","minLength":1,"maxLength":2083})",
     {"\"https://example.org/a/b?c=d\""},
     {"\"\"", "\"example\""}},
    {R"({"type":"string","format":"uri","maxLength":14})", {"\"https://a.bc/d\""}, {"\"https://a.bc/de\""}},
    {R"({"type":"string","minLength":2})", {"\"ab\"", "\"abcdef\""}, {"\"a\""}},
    {R"({"type":"string","pattern":"^[A-Z]{2}-\\d+$"})",
     {"\"AB-1\"", "\"ZZ-007\""},
     {"\"A-1\"", "\"AB-\"", "\"AB-1x\""}},
    {R"({"type":"string","pattern":"cat|dog"})", {"\"cat\"", "\"a dog!\""}, {"\"cow\""}},
    {R"({"type":"string","pattern":"^(?:a|b)*c?[^\"x]\\.$"})", {"\"abac-.\"", "\"é.\""}, {"\"x.\"", R"("\".")"}},
    {R"({"type":"string","pattern":"^\"\\\\$"})", {R"("\"\\")"}, {R"("")"}},
    {R"({"type":"string","format":"date"})",
     {"\"2024-02-28\"", "\"1999-12-31\""},
     {"\"2024-02-30\"", "\"2024-13-01\"", "\"24-01-01\""}},
    {R"({"type":"string","format":"date-time"})",
     {"\"2024-02-28T23:59:59Z\"", "\"2024-02-28T01:02:03.5+01:00\""},
     {"\"2024-02-28\""}},
    {R"({"type":"string","format":"uuid"})", {"\"123e4567-e89b-12d3-a456-426614174000\""}, {"\"123e4567\""}},
    {R"({"type":"string","format":"email"})", {"\"a.b@example.org\""}, {"\"a@b\"", "\"@example.org\""}},
    {R"({"type":"string","format":"duration"})",
     {"\"P3DT12H30M5S\"", "\"PT5M\"", "\"P2W\"", "\"P1Y2M3D\""},
     {"\"P\"", "\"PT\"", "\"5M\"", "\"P1DT\""}},
    {R"({"type":"string","format":"hostname"})", {"\"www.example-1.org\"", "\"a\""}, {"\"-a\"", "\"a..b\"", "\"\""}},
    {R"({"type":"string","format":"ipv6"})",
     {"\"2001:db8:0:0:0:0:0:1\"", "\"::1\"", "\"fe80::1\""},
     {"\"1:2\"", "\"g::1\""}},
    {R"({"type":"string","format":"password","minLength":1})", {"\"x\""}, {"\"\""}},
    {R"({"type":"string","format":"ipv4"})", {"\"127.0.0.1\"", "\"255.255.255.255\""}, {"\"256.1.1.1\"", "\"1.2.3\""}},
    {R"({"enum":["red",3,null,{"a":[1]}]})",
     {"\"red\"", "3", "null", R"({"a":[1]})"},
     {"\"blue\"", "4", R"({"a": [1]})"}},
    {R"({"const":"é\"x"})", {"\"é\\\"x\""}, {"\"é\""}},
    {R"({"type":"object","properties":{"b":{"type":"integer"},"a":{"type":"boolean"}},"required":["b","a"]})",
     {R"({"b":1,"a":true})", "{\n  \"b\": 1,\n  \"a\": false\n}", R"({ "b": 1, "a": true })"},
     {R"({"a":true,"b":1})", R"({"b":1})", R"({"b":1,"a":true,"c":0})", R"({"b":1,"a":true,})",
      R"({"b" :1,"a":true})"}},
    {R"({"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"}},"required":["b"]})",
     {R"({"b":null})", R"({"a":null,"b":null})", R"({"b":null,"c":null})", R"({"a":null,"b":null,"c":null})"},
     {"{}", R"({"a":null})", R"({"a":null,"c":null})", R"({,"b":null})"}},
    {R"({"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}})",
     {"{}", R"({"a":null})", R"({"b":1})", R"({"a":null,"ab":1,"":2})"},
     {R"({"a":1})", R"({"b":null})", R"({"\u0061":1})"}},
    {R"({"properties":{"é":{"type":"null"},"a\nb":{"type":"null"}},"additionalProperties":{"type":"integer"}})",
     {R"({"é":null,"a\nb":null,"ab":1})", R"({"b\n":1})"},
     {"{\"\xc3x\":1}", "{\"\xc3\":1}", R"({"a\q":1})", R"({"a\":1})", R"({"é":1})", R"({"a\nb":1})"}},
    {R"({"type":"string","enum":["a",1]})", {"\"a\""}, {"1"}},
    {R"({"type":["integer","null"],"enum":["a",1,2.5,null]})", {"1", "null"}, {"\"a\"", "2.5"}},
    {R"({"type":"object","properties":{},"required":["a"]})", {R"({"a":1})", R"({"a":[]})"}, {"{}"}},
    {R"({"$defs":{"a b":{"type":"integer","minimum":1}},"$ref":"#/$defs/a%20b","maximum":3})", {"1", "3"}, {"0", "4"}},
    {R"({"$defs":{"p":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]}},
         "allOf":[{"$ref":"#/$defs/p"}],"properties":{"x":{"maximum":3},"y":{"type":"null"}}})",
     {R"({"x":2})", R"({"x":3,"y":null})"},
     {R"({"x":4})", R"({"y":null})"}},
    {R"({"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"}},"anyOf":[{"required":["a"]},{"required":["b"]}]})",
     {R"({"a":null})", R"({"b":null})", R"({"a":null,"b":null})"},
     {"{}"}},
    {R"({"oneOf":[{"type":"object","properties":{"a":{"type":"null"}},"required":["a"],"additionalProperties":false},
                  {"type":"object","properties":{"b":{"type":"null"}},"required":["b"],"additionalProperties":false}]})",
     {R"({"a":null})", R"({"b":null})"},
     {R"({"a":null,"b":null})", "{}"}},
    {R"({"allOf":[{"type":"integer","minimum":1},{"type":"number","minimum":2,"maximum":9},{"maximum":7}]})",
     {"2", "7"},
     {"1", "8", "2.5"}},
    {R"({"allOf":[{"enum":["a","b","c"]},{"enum":["c","b"]}]})", {"\"b\"", "\"c\""}, {"\"a\""}},
    {R"({"type":"object","additionalProperties":false})", {"{}"}, {R"({"a":1})"}},
    {R"({"type":"object"})", {"{}", R"({"a":[1,{"b":null}]})"}, {"[]", "{]"}},
    {R"({"type":"array","items":{"type":"integer"}})",
     {"[]", "[1]", "[1, 2,3]", "[\n  1\n]"},
     {"[,]", "[1,]", "[1 2]", "[true]"}},
    {R"({"type":"array","items":{"type":"null"},"minItems":1,"maxItems":2})",
     {"[null]", "[null,null]"},
     {"[]", "[null,null,null]"}},
    {R"({"type":"array","items":{"type":"null"},"minItems":2})", {"[null,null]", "[null,null,null,null]"}, {"[null]"}},
    {R"({"type":"array","maxItems":0})", {"[]"}, {"[1]"}},
    {R"({"type":"array","prefixItems":[{"type":"null"},{"type":"boolean"}],"items":false,"minItems":2,"maxItems":2})",
     {"[null,true]"},
     {"[true,null]", "[null]", "[null,true,1]"}},
    {R"({"type":"array","prefixItems":[{"type":"null"}],"items":{"type":"integer"}})",
     {"[]", "[null]", "[null,1,2]"},
     {"[1]", "[null,null]"}},
    {R"({"anyOf":[{"type":"integer"},{"type":"string","maxLength":1}]})", {"12", "\"a\""}, {"\"ab\"", "true"}},
    {R"({"oneOf":[{"type":"object","properties":{"k":{"const":"x"}},"required":["k"]},
                  {"type":"object","properties":{"k":{"const":"y"},"n":{"type":"integer"}},"required":["k","n"]}]})",
     {R"({"k":"x"})", R"({"k":"y","n":1})"},
     {R"({"k":"y"})", R"({"k":"x","n":1})"}},
    {R"({"allOf":[{"type":"object","properties":{"a":{"type":"null"}},"required":["a"]},
                  {"properties":{"b":{"type":"null"}},"required":["b"]}]})",
     {R"({"a":null,"b":null})"},
     {R"({"a":null})"}},
    {R"({"$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},
        "next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["v","next"]}},"$ref":"#/$defs/node"})",
     {R"({"v":1,"next":null})", R"({"v":1,"next":{"v":2,"next":{"v":3,"next":null}}})"},
     {R"({"v":1})", R"({"v":1,"next":{}})"}},
    {R"({"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},"required":["children"]})",
     {R"({"children":[]})", R"({"children":[{"children":[]}]})"},
     {R"({"children":[1]})"}},
    {"true", {"1", "[]", "{}", "\"x\"", "null"}, {"", "nul"}},
    {R"({"title":"any","description":"x"})", {"1", "[true]"}, {"x"}}};

// Bytes drawn at random among those that fit: from wherever they lead, some byte brings the end nearer.
void walk_and_look_for_dead_ends(const Grammar& grammar, unsigned seed) {
  Matcher matcher(grammar.automaton());
  std::mt19937 random(seed);
  auto position = matcher.start();
  std::string text;
  while (text.size() < 60 && !matcher.complete(position)) {
    std::vector<std::uint8_t> ways;
    int nearest = Automaton::kNever;
    for (int byte = 0; byte < 256; ++byte) {
      const auto next = matcher.advance(position, static_cast<std::uint8_t>(byte));
      if (next == Matcher::kNowhere) continue;
      ways.push_back(static_cast<std::uint8_t>(byte));
      nearest = std::min(nearest, matcher.cost(next));
      ASSERT_LT(matcher.cost(next), Automaton::kNever) << text << static_cast<char>(byte);
    }
    ASSERT_TRUE(matcher.accepts(position) || nearest < matcher.cost(position)) << text;
    if (ways.empty()) return;
    text += static_cast<char>(ways[random() % ways.size()]);
    position = matcher.advance(position, static_cast<std::uint8_t>(text.back()));
  }
}

TEST_P(JsonSchema, NoWayIsADeadEnd) {
  const auto grammar = json_schema_grammar(GetParam().schema);
  for (unsigned seed = 0; seed < 20; ++seed) walk_and_look_for_dead_ends(*grammar, seed);
}

TEST(JsonSchemaNumbers, NoWayIsADeadEndWhateverTheBounds) {
  std::mt19937 random(3);
  int schemas = 0;
  for (int i = 0; i < 400; ++i) {
    const auto bound = [&] { return fmt::format("{}", (static_cast<int>(random() % 4001) - 2000) / 100.0); };
    std::string schema = random() % 2 == 0 ? R"({"type":"number")" : R"({"type":"integer")";
    for (const char* name : {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}) {
      if (random() % 2 == 0) schema += fmt::format(R"(,"{}":{})", name, bound());
    }
    if (random() % 3 == 0) schema += fmt::format(R"(,"multipleOf":{})", 1 + random() % 30);
    SCOPED_TRACE(schema += '}');
    try {
      const auto grammar = json_schema_grammar(schema);
      for (unsigned seed = 0; seed < 5; ++seed) walk_and_look_for_dead_ends(*grammar, seed);
      ++schemas;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("no number"));
    }
  }
  EXPECT_GT(schemas, 150);
}

TEST(JsonSchemaNumbers, ADigitThatLeadsNowhereIsNotOffered) {
  const auto begins = [](const char* schema, std::string_view text) {
    const auto grammar = json_schema_grammar(schema);
    Matcher matcher(grammar->automaton());
    auto position = matcher.start();
    for (const char byte : text) position = matcher.advance(position, static_cast<std::uint8_t>(byte));
    return position != Matcher::kNowhere;
  };
  EXPECT_TRUE(begins(R"({"type":"number","minimum":0,"exclusiveMaximum":1})", "0."));
  EXPECT_FALSE(begins(R"({"type":"number","minimum":0,"exclusiveMaximum":1})", "1"));
  EXPECT_TRUE(begins(R"({"type":"integer","multipleOf":15,"minimum":10,"maximum":30})", "15"));
  EXPECT_FALSE(begins(R"({"type":"integer","multipleOf":15,"minimum":10,"maximum":30})", "2"));
}

INSTANTIATE_TEST_SUITE_P(Schemas, JsonSchema, testing::ValuesIn(kCases));

TEST(JsonSchemaRefused, NamesThePlaceAndWhatIsNotUnderstood) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {R"({"type":"object","properties":{"x":{"type":"string","foo":1}}})",
       {"schema.properties.x.foo", "not supported"}},
      {R"({"type":"strin"})", {"schema.type", "strin"}},
      {R"({"type":"number","multipleOf":0.1})", {"schema.multipleOf", "whole number"}},
      {R"({"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":4})", {"schema", "no number"}},
      {R"({"type":"integer","multipleOf":10,"minimum":11,"maximum":19})", {"schema", "no number"}},
      {R"({"type":"number","minimum":1e200})", {"schema", "no number"}},
      {R"({"type":"array","uniqueItems":true})", {"schema.uniqueItems"}},
      {R"({"type":"integer","minimum":3,"maximum":2})", {"schema", "no number"}},
      {R"({"type":"string","pattern":"(a"})", {"schema", "pattern", ")"}},
      {R"x({"type":"string","pattern":"(?=a)"})x", {"pattern"}},
      {R"({"type":"string","pattern":"a{2000}"})", {"1,000"}},
      {R"({"type":"string","pattern":"[z-a]"})", {"backwards"}},
      {R"({"type":"string","format":"date","pattern":"a"})", {"only one"}},
      {R"({"type":"string","pattern":"a**"})", {"repetition of a repetition", "group"}},
      {R"({"allOf":[{"required":1},{"required":["a"]}]})", {"schema", "\"required\" has to be a list of names"}},
      {R"({"allOf":[{"properties":[]},{"properties":{"a":{}}}]})", {"\"properties\" has to be an object"}},
      {R"({"minLength":"x","allOf":[{"minLength":2}]})", {"\"minLength\" has to be a number"}},
      {R"({"$ref":"https://example.org/x"})", {"$ref", "#"}},
      {R"({"$ref":"#/$defs/none"})", {"#/$defs/none"}},
      {R"({"$ref":"#"})", {"schema"}},
      {R"({"anyOf":[{"$ref":"#"},{"type":"null"}]})", {"$ref", "itself"}},
      {R"({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]})", {"without end"}},
      {R"({"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"})", {"deep"}},
      {R"({"allOf":[{"type":"string"},{"type":"null"}]})", {"schema", "two different \"type\""}},
      {R"({"type":"string","anyOf":[{"type":"integer"}]})", {"schema.anyOf", "two different \"type\""}},
      {R"({"type":"string","const":1})", {"schema.const"}},
      {R"({"allOf":[{"properties":{"a":{}},"additionalProperties":false},{"properties":{"b":{}}}]})",
       {"additionalProperties"}},
      {R"({"allOf":[{"items":{"type":"null"}},{"prefixItems":[{}]}]})", {"prefixItems"}},
      {R"({"oneOf":[{"type":"integer"},{"type":"number"}]})", {"schema.oneOf", "anyOf"}},
      {R"({"type":"object","required":["a"],"additionalProperties":false})", {"schema.required"}},
      {R"({"type":"object","required":[1]})", {"schema.required"}},
      {R"({"oneOf":[{"type":"object","properties":{"a":{}},"required":["a"]},
                    {"type":"object","properties":{"b":{}},"required":["b"],"additionalProperties":true}]})",
       {"schema.oneOf", "anyOf"}},
      {R"({"type":"array","minItems":2,"maxItems":1})", {"schema.maxItems"}},
      {R"({"type":"array","minItems":-1})", {"schema.minItems"}},
      {R"({"type":"string","maxLength":50000})", {"too large"}},
      {R"({"enum":[]})", {"schema.enum"}},
      {"false", {"schema"}},
      {"[]", {"schema"}},
      {"{", {"no JSON"}},
      {std::string(100, '[') + std::string(100, ']'), {"64 deep"}}};
  for (const auto& [schema, words] : cases) {
    SCOPED_TRACE(schema.substr(0, 200));
    try {
      json_schema_grammar(schema);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      for (const auto& word : words) EXPECT_THAT(std::string(error.what()), testing::HasSubstr(word));
    }
  }
}

// As a client could send them: none may take long, or overflow a stack.
TEST(JsonSchemaRefused, HostileOnes) {
  std::string chain = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i < 5000; ++i)
    chain += (i > 0 ? "," : "") + ("\"" + std::to_string(i) + R"(":{"$ref":"#/$defs/)" + std::to_string(i + 1) + "\"}");
  EXPECT_THROW(json_schema_grammar(chain + R"(,"5000":{"type":"null"}}})"), Error);
  std::string nested =
      R"({"type":"string","pattern":")" + std::string(5000, '(') + "a" + std::string(5000, ')') + "\"}";
  EXPECT_THROW(json_schema_grammar(nested), Error);
  EXPECT_THROW(json_schema_grammar(R"({"type":"string","pattern":"^((a{0,900}){0,900}){0,900}$"})"), Error);
  EXPECT_THROW(json_schema_grammar(R"({"type":"object","properties":{")" + std::string(60000, 'k') +
                                   R"(":{}},"additionalProperties":true})"),
               Error);
}

std::string refusal(const std::string& schema) {
  try {
    json_schema_grammar(schema);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "";
}

// Each level has the one below it twice.
std::string doubled(int levels, const std::string& level) {
  std::string schema = R"({"$ref":"#/$defs/a0","$defs":{)";
  for (int i = 0; i < levels; ++i)
    schema += fmt::format(R"("a{}":{},)", i, fmt::format(fmt::runtime(level), fmt::arg("next", i + 1)));
  return schema + fmt::format(R"("a{}":{{"type":"number"}}}}}})", levels);
}

// None of these would be done within hours if what they take were not counted.
TEST(JsonSchemaRefused, WhatTakesTooMuchWork) {
  const std::string all_of = R"({{"allOf":[{{"$ref":"#/$defs/a{next}"}},{{"$ref":"#/$defs/a{next}"}}]}})";
  EXPECT_THAT(refusal(doubled(60, all_of)), testing::AllOf(testing::HasSubstr("#/$defs/a0: putting together its allOf"),
                                                           testing::HasSubstr("too much work")));
  EXPECT_EQ(refusal(doubled(8, all_of)), "");
  const std::string any_of =
      R"({{"anyOf":[{{"$ref":"#/$defs/a{next}","minimum":1}},{{"$ref":"#/$defs/a{next}","minimum":2}}]}})";
  EXPECT_THAT(refusal(doubled(60, any_of)), testing::HasSubstr("too"));
  EXPECT_EQ(refusal(doubled(8, any_of)), "");

  std::string empty;
  for (int i = 0; i < 20'000; ++i) empty += "()";
  for (const std::string& pattern : {"((" + empty + "){1000}){20}", std::string("(((a|){1000}){1000}){1000}"),
                                     std::string("(((()){1000}){1000}){1000}"), "((" + empty + "){1000}){1000}"})
    EXPECT_THAT(refusal(R"({"type":"string","pattern":")" + pattern + "\"}"), testing::HasSubstr("pattern: it"));
  // The pattern is little work, but not five thousand times.
  std::string types;
  for (int i = 0; i < 5000; ++i) types += "\"string\",";
  EXPECT_THAT(refusal(R"({"type":[)" + types + R"("null"],"pattern":"(a{1000}){20}","maxLength":0})"),
              testing::HasSubstr("too much work"));
  // One class of sixty thousand letters, a thousand times.
  EXPECT_THAT(refusal(R"({"type":"string","pattern":"^[)" + std::string(60'000, 'a') + R"(]{1000}$"})"),
              testing::HasSubstr("too large"));
  for (const char operation : {'?', '+', '*'}) {
    EXPECT_THAT(refusal(R"({"type":"string","pattern":"a)" + std::string(60'000, operation) + "\"}"),
                testing::HasSubstr("repetition of a repetition"));
  }
}

TEST(JsonSchemaRefused, ManyAlternativesWithMuchBesideThem) {
  const auto schema = [](int properties, int alternatives, const char* of, const char* alternative) {
    std::string text = R"({"type":"object","properties":{)";
    for (int i = 0; i < properties; ++i) text += fmt::format(R"({}"a{}":{{}})", i > 0 ? "," : "", i);
    text += fmt::format(R"(}},"{}":[)", of);
    for (int i = 0; i < alternatives; ++i) text += (i > 0 ? "," : "") + fmt::format(fmt::runtime(alternative), i);
    return text + "]}";
  };
  EXPECT_THAT(refusal(schema(3000, 1000, "anyOf", "{{}}")),
              testing::HasSubstr("schema.anyOf: there are too many alternatives"));
  EXPECT_THAT(refusal(schema(2000, 700, "oneOf", R"({{"required":["a{}"]}})")),
              testing::HasSubstr("too many alternatives"));
  EXPECT_EQ(refusal(schema(60, 30, "anyOf", R"({{"required":["a{}"]}})")), "");
  // Each of them is compared with each other.
  EXPECT_THAT(refusal(schema(0, 4000, "oneOf", R"({{"const":{}}})")), testing::HasSubstr("schema.oneOf"));
  std::string kinds;
  for (int i = 0; i < 300; ++i) {
    kinds += fmt::format(
        R"({}{{"type":"object","properties":{{"kind":{{"const":{}}},"x":{{}},"y":{{}}}},"required":["kind","x"]}})",
        i > 0 ? "," : "", i);
  }
  EXPECT_EQ(refusal(R"({"oneOf":[)" + kinds + "]}"), "");
}

// Whatever is said of whatever else: it fits, or an Error says where it does not.
TEST(JsonSchemaRefused, ValuesOfAWrongType) {
  const std::pair<const char*, const char*> keywords[] = {{"type", R"("object")"},
                                                          {"properties", R"({"a":{"const":1}})"},
                                                          {"required", R"(["a"])"},
                                                          {"additionalProperties", "false"},
                                                          {"items", "{}"},
                                                          {"prefixItems", "[{}]"},
                                                          {"minItems", "1"},
                                                          {"maxItems", "2"},
                                                          {"pattern", R"("a")"},
                                                          {"format", R"("date")"},
                                                          {"minLength", "1"},
                                                          {"maxLength", "2"},
                                                          {"minimum", "1"},
                                                          {"maximum", "2"},
                                                          {"exclusiveMinimum", "1"},
                                                          {"exclusiveMaximum", "2"},
                                                          {"multipleOf", "2"},
                                                          {"enum", "[1]"},
                                                          {"const", "1"},
                                                          {"anyOf", "[{}]"},
                                                          {"oneOf", "[{}]"},
                                                          {"allOf", "[{}]"},
                                                          {"$ref", R"("#/$defs/x")"}};
  const char* values[] = {"null",  "1",  "-1",  "1.5",  "1e300",      "\"\"", "\"x\"",      "true",
                          "false", "[]", "[1]", "[[]]", R"(["a",1])", "{}",   R"({"a":1})", R"({"required":1})",
                          "[null]"};
  const char* places[] = {
      R"({{"{k}":{v}}})",
      R"({{"allOf":[{{"{k}":{v}}},{{"{k}":{good}}}]}})",
      R"({{"allOf":[{{"{k}":{good}}},{{"{k}":{v}}}]}})",
      R"({{"{k}":{v},"allOf":[{{"{k}":{good}}}]}})",
      R"({{"{k}":{v},"anyOf":[{{"{k}":{good}}},{{}}]}})",
      R"({{"{k}":{v},"oneOf":[{{"const":1}},{{"const":2}}]}})",
      R"({{"oneOf":[{{"properties":{{"a":{{}}}},"{k}":{v}}},{{"properties":{{"a":{{}}}},"{k}":{good}}}]}})",
      R"({{"oneOf":[{{"properties":{{"a":{{"{k}":{v}}}}},"required":["a"]}},{{"properties":{{"a":{{"{k}":{good}}}}},"required":["a"]}}]}})",
      R"({{"$ref":"#/$defs/x","{k}":{v},"$defs":{{"x":{{"{k}":{good}}}}}}})",
      R"({{"$ref":"#/$defs/x","$defs":{{"x":{v}}}}})",
      R"({{"properties":{{"a":{v}}},"required":["a","b"],"additionalProperties":{{"{k}":{v}}}}})",
      R"({{"type":["string","object","array","number"],"{k}":{v}}})"};
  int refused = 0;
  for (const auto& [keyword, good] : keywords) {
    for (const char* value : values) {
      for (const char* place : places) {
        const std::string schema =
            fmt::format(fmt::runtime(place), fmt::arg("k", keyword), fmt::arg("v", value), fmt::arg("good", good));
        SCOPED_TRACE(schema);
        const std::string why = refusal(schema);
        EXPECT_THAT(why, testing::Not(testing::HasSubstr("has the wrong type")));  // noticed by the last guard alone
        refused += why.empty() ? 0 : 1;
      }
    }
  }
  EXPECT_GT(refused, 3000);
}

TEST(JsonSchemaSize, ManyPropertiesAreNotTooMany) {
  std::string properties;
  for (const char* of :
       {R"("type":"integer")", R"("type":"number","minimum":0)", R"("type":"string","maxLength":20)"}) {
    for (int i = 0; i < 60; ++i) {
      if (!properties.empty()) properties += ',';
      properties += "\"" + std::string(1, of[8]) + std::to_string(i) + "\":{" + of + "}";
    }
  }
  const auto grammar = json_schema_grammar(R"({"type":"object","properties":{)" + properties + "}}");
  EXPECT_TRUE(fits(*grammar, R"({"i3":1,"n59":1.5,"s7":"x"})"));
  EXPECT_FALSE(fits(*grammar, R"({"i3":1.5})"));
  EXPECT_FALSE(fits(*grammar, R"({"n3":-1})"));
}

TEST(JsonSchemaSize, EachOfThousandsOfConstantsFits) {
  std::string list;
  for (int i = 0; i < 3000; ++i) list += fmt::format("{}\"the {}th of them\"", i > 0 ? "," : "", i * 7919 % 3000);
  const auto grammar = json_schema_grammar(R"({"enum":[)" + list + "]}");
  for (int i = 0; i < 3000; ++i) EXPECT_TRUE(fits(*grammar, fmt::format("\"the {}th of them\"", i))) << i;
  EXPECT_FALSE(fits(*grammar, "\"the 3000th of them\""));
  EXPECT_FALSE(fits(*grammar, "\"the 1\""));
}

TEST(JsonObject, IsAnyObjectAndNothingElse) {
  const auto grammar = json_object_grammar();
  for (const char* text : {"{}", R"({"a": [1, 2.5e3, "x", {"b": null}], "c": true})"})
    EXPECT_TRUE(fits(*grammar, text));
  for (const char* text : {"[]", "1", "{} ", "{\"a\"}", "{\n\n\n}"}) EXPECT_FALSE(fits(*grammar, text));
}

}  // namespace
}  // namespace lectern::grammar
