#include "server/json_fields.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "server/api_error.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

// The field that is refused; "ok" where none is.
std::string refused(const std::function<void()>& f) {
  try {
    f();
  } catch (const ApiError& error) {
    EXPECT_EQ(error.status(), 400);
    return error.parameter();
  }
  return "ok";
}

TEST(JsonFieldsTest, ParsesWhatIsJson) {
  EXPECT_EQ(parse_json(R"({"a":[1,2.5,"ü"]})")["a"][2], "ü");
  const std::string deep(1000, '[');
  for (const std::string& broken :
       {std::string(), std::string("{"), std::string("[1,]"), std::string("\"\xff\""), std::string("\"\\ud800\""),
        std::string("NaN"), std::string("1e999"), std::string("{} {}"), deep, deep + std::string(1000, ']')}) {
    EXPECT_EQ(refused([&] { parse_json(broken); }), "") << broken.substr(0, 20);
  }
}

TEST(JsonFieldsTest, ReadsEachKind) {
  const auto json = parse_json(R"({"text":"t","flag":true,"whole":7,"real":0.5,"seven":7.0,"none":null})");
  Fields fields(json);
  EXPECT_EQ(fields.text("text"), "t");
  EXPECT_EQ(fields.flag("flag"), true);
  EXPECT_EQ(fields.integer("whole", 0, 10), 7);
  EXPECT_EQ(fields.integer("seven", 0, 10), 7) << "the same number";
  EXPECT_EQ(fields.number("real", 0, 1), 0.5);
  EXPECT_EQ(fields.number("whole", 0, 10), 7.0);
  EXPECT_EQ(fields.text("none"), std::nullopt);
  EXPECT_EQ(fields.integer("missing", 0, 1), std::nullopt);
  fields.refuse_others();
}

TEST(JsonFieldsTest, NamesWhatIsWrong) {
  const auto json = parse_json(R"({"a":"t","big":18446744073709551615,"half":0.5,"large":1e300,"list":[1]})");
  Fields fields(json, "outer.");
  EXPECT_EQ(refused([&] { fields.flag("a"); }), "outer.a");
  EXPECT_EQ(refused([&] { fields.integer("big", 0, INT64_MAX); }), "outer.big");
  EXPECT_EQ(refused([&] { fields.integer("large", 0, INT64_MAX); }), "outer.large");
  EXPECT_EQ(refused([&] { fields.integer("half", 0, 1); }), "outer.half");
  EXPECT_EQ(refused([&] { fields.number("half", 0, 0.4); }), "outer.half");
  EXPECT_EQ(refused([&] { fields.number("a", 0, 1); }), "outer.a");
  EXPECT_EQ(refused([&] { fields.text("list"); }), "outer.list");
  EXPECT_EQ(refused([&] { fields.required_text("missing"); }), "outer.missing");
  EXPECT_EQ(refused([&] { fields.refuse_others(); }), "ok") << "all were asked for";
}

TEST(JsonFieldsTest, RefusesWhatNobodyAskedFor) {
  const auto others = [](const char* text) {
    return refused([&] {
      const auto json = parse_json(text);
      Fields(json).refuse_others();
    });
  };
  EXPECT_EQ(others(R"({"x":1})"), "x");
  EXPECT_EQ(others(R"({"x":"","y":0})"), "x");
  EXPECT_EQ(others(R"({"x":null})"), "ok") << "it asks for nothing";
  EXPECT_EQ(others(R"({"x":false})"), "x");
  EXPECT_EQ(others(R"({"x":[]})"), "x");
  EXPECT_EQ(others(R"({"x":{}})"), "x");
  EXPECT_EQ(others("[]"), "");
}

TEST(JsonFieldsTest, TakesWhatAsksForNothing) {
  const auto store = [](const char* text) {
    return refused([&] {
      const auto json = parse_json(text);
      Fields fields(json);
      fields.take_default("store", false);
      fields.refuse_others();
    });
  };
  for (const char* good : {"{}", R"({"store":false})", R"({"store":null})"}) EXPECT_EQ(store(good), "ok") << good;
  for (const char* other : {R"({"store":true})", R"({"store":0})", R"({"store":[]})"})
    EXPECT_EQ(store(other), "store") << other;
}

TEST(JsonFieldsTest, TellsNothingOfTheBody) {
  try {
    parse_json(R"({"secret": "of ours", nonsense})");
    FAIL();
  } catch (const ApiError& error) {
    const std::string said = error.what();
    EXPECT_TRUE(said.starts_with("The body is no JSON: parse error at line 1, column ")) << said;
    EXPECT_EQ(said.find("ours"), std::string::npos) << said;
    EXPECT_EQ(said.find("nonsense"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace lectern::server
