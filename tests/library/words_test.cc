#include "library/words.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>

namespace lectern::test {
namespace {

using library::index_text;
using library::match_query;

TEST(Words, TextWithSpacesStaysAsItIs) {
  EXPECT_EQ(index_text("It's 5 o'clock: naïve café."), "It's 5 o'clock: naïve café.");
  EXPECT_EQ(index_text(""), "");
}

TEST(Words, ChineseIsCutIntoWords) {
  const std::string text = index_text("泡绿茶的水温应该是多少？");
  EXPECT_NE(text.find(" 绿茶 "), std::string::npos) << text;
  EXPECT_NE(text.find(" 水温 "), std::string::npos) << text;
  EXPECT_NE(text.find("？"), std::string::npos);
}

TEST(Words, QueriesLeaveOutWhatSaysNothing) {
  EXPECT_EQ(match_query("What is the water's temperature?"), "\"water\" OR \"temperature\"");
  EXPECT_EQ(match_query("Who is who?"), "\"who\" OR \"is\"");  // nothing else is left
  EXPECT_EQ(match_query(" ?! "), "");
  EXPECT_EQ(match_query("Tea tea TEA"), "\"tea\"");
}

TEST(Words, ChineseQueries) {
  const std::string query = match_query("绿茶的水温是什么？");
  EXPECT_NE(query.find("\"绿茶\""), std::string::npos) << query;
  EXPECT_EQ(query.find("\"的\""), std::string::npos) << query;
}

// Whatever people type, SQLite takes the query.
TEST(Words, NoQuestionBreaksTheQuery) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE VIRTUAL TABLE t USING fts5 (a)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_stmt* find = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT rowid FROM t WHERE t MATCH ?", -1, &find, nullptr), SQLITE_OK);
  const auto takes = [&](const std::string& question) {
    const std::string query = match_query(question);
    if (query.empty()) return true;
    sqlite3_bind_text(find, 1, query.data(), static_cast<int>(query.size()), SQLITE_TRANSIENT);
    const int code = sqlite3_step(find);
    sqlite3_reset(find);
    return code == SQLITE_DONE;
  };
  for (const char* question : {"a AND b OR NOT c", "NEAR(x y, 2)", "\"unclosed", "a:b ^c d*", "(((",
                               "-- ; DROP TABLE t", "{a b}: c", "'", "x\"y\"z", "café* naïve"}) {
    EXPECT_TRUE(takes(question)) << question;
  }
  EXPECT_TRUE(takes(std::string("nul\0inside \"\0", 13)));
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    std::string question;
    for (int n = 0; n < 30; ++n) question += static_cast<char>(random());
    EXPECT_TRUE(takes(question)) << i;
  }
  std::string endless;
  for (int i = 0; i < 20000; ++i) endless += "word" + std::to_string(i) + " ";
  EXPECT_TRUE(takes(endless));
  sqlite3_finalize(find);
  sqlite3_close(db);
}

}  // namespace
}  // namespace lectern::test
