#include "cli/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lectern::cli {
namespace {

using nlohmann::json;

TEST(Json, PassagesWithAndWithoutPage) {
  Passage with, without;
  with.file = "/a.pdf";
  with.page = 3;
  with.span = {5, 9};
  with.text = "text";
  without.file = "/b.txt";
  const auto parsed = json::parse(to_json(std::vector{with, without}, "\"q\""));
  EXPECT_EQ(parsed["id"], "q");
  EXPECT_EQ(parsed["passages"][0]["page"], 3);
  EXPECT_EQ(parsed["passages"][0]["span"], json({5, 9}));
  EXPECT_TRUE(parsed["passages"][1]["page"].is_null());
}

TEST(Json, MomentsOfRecordingsAlone) {
  Passage page, spoken, seen;
  page.page = 3;
  spoken.time_ms = 83'400;
  seen.time_ms = 0;
  seen.url = "https://www.youtube.com/watch?v=abcdefghijk&t=0s";
  Answer answer;
  answer.passages = {page, spoken, seen};
  answer.citations.resize(1);
  answer.citations[0].time_ms = 1500;
  answer.citations[0].url = "https://www.youtube.com/watch?v=abcdefghijk&t=1s";
  const auto parsed = json::parse(to_json(answer));
  EXPECT_FALSE(parsed["passages"][0].contains("time"));
  EXPECT_EQ(parsed["passages"][1]["time"], 83.4);
  EXPECT_FALSE(parsed["passages"][1].contains("url"));
  EXPECT_EQ(parsed["passages"][2]["time"], 0.0);
  EXPECT_EQ(parsed["passages"][2]["url"], seen.url);
  EXPECT_EQ(parsed["citations"][0]["time"], 1.5);
  EXPECT_EQ(parsed["citations"][0]["url"], answer.citations[0].url);
}

TEST(Json, NamesThatAreNotUtf8) {
  Passage passage;
  passage.file = "/\xff.txt";
  EXPECT_NO_THROW(json::parse(to_json(std::vector{passage})));
}

TEST(Json, Answer) {
  Answer answer;
  answer.text = "Tea [1].";
  Citation citation;
  citation.number = 1;
  citation.answer_span = {0, 8};
  answer.citations = {citation};
  answer.query = "tea?";
  answer.sentences = {{{0, 8}, true}};
  const auto parsed = json::parse(to_json(answer));
  EXPECT_EQ(parsed["query"], "tea?");
  EXPECT_EQ(parsed["sentences"], json::parse(R"([{"answer_span": [0, 8], "supported": true}])"));
  EXPECT_FALSE(parsed.contains("id"));
  EXPECT_EQ(parsed["answer"], "Tea [1].");
  EXPECT_EQ(parsed["citations"][0]["answer_span"], json({0, 8}));
  EXPECT_TRUE(parsed["citations"][0]["page"].is_null());
}

TEST(Json, IdsAndPerplexity) {
  EXPECT_EQ(ids_to_json(std::vector<std::int32_t>{1, 2}), "{\"ids\":[1,2]}");
  EXPECT_EQ(ids_to_json({}), "{\"ids\":[]}");
  EXPECT_EQ(json::parse(perplexity_to_json(12.5, 3)), json({{"perplexity", 12.5}, {"tokens", 3}}));
}

}  // namespace
}  // namespace lectern::cli
