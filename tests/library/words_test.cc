#include "library/words.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace lectern::test {
namespace {

using library::index_text;
using library::match_any;
using library::question_words;

TEST(Words, TextWithSpacesStaysAsItIs) {
  EXPECT_EQ(index_text("It's 5 o'clock: naïve café."), "It's 5 o'clock: naïve café.");
  EXPECT_EQ(index_text(""), "");
}

TEST(Words, ChineseIsGivenByCharactersAndPairs) {
  EXPECT_EQ(index_text("绿茶茶"), " 绿 绿茶 茶 茶茶 茶 ");
  const std::string text = index_text("泡绿茶的水温应该是多少？");
  EXPECT_NE(text.find(" 绿茶 "), std::string::npos) << text;
  EXPECT_NE(text.find(" 水温 "), std::string::npos) << text;
  EXPECT_NE(text.find("？"), std::string::npos);
}

TEST(Words, ChineseIsReadAcrossLines) {
  const std::string text = index_text("泡绿茶的水\n    温应该是多少");
  EXPECT_NE(text.find(" 水温 "), std::string::npos) << text;
  EXPECT_NE(index_text("绿\n\n茶").find("\n\n"), std::string::npos);  // two paragraphs
  EXPECT_EQ(index_text("a\n b"), "a\n b");
}

TEST(Words, KnowsHowMuchIsUnspaced) {
  EXPECT_EQ(library::unspaced_share("How hot?"), 0);
  EXPECT_EQ(library::unspaced_share("水温？"), 1);
  EXPECT_EQ(library::unspaced_share("?"), 0);
  EXPECT_NEAR(library::unspaced_share("水温 ok"), 0.5, 1e-9);
}

TEST(Words, QueriesLeaveOutWhatSaysNothing) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(question_words("What is the water's temperature?"), (Words{"water", "temperature"}));
  EXPECT_EQ(question_words("Who is who?"), (Words{"who", "is"}));  // nothing else is left
  EXPECT_EQ(question_words(" ?! "), Words());
  EXPECT_EQ(question_words("Tea tea TEA"), Words{"tea"});
  EXPECT_EQ(match_any(Words{"water", "temperature"}), "\"water\" OR \"temperature\"");
  EXPECT_EQ(match_any({}), "");
}

TEST(Words, ChineseQueriesArePairsBetweenStopWords) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(question_words("绿茶的水温是什么？"), (Words{"绿茶", "水温"}));
  EXPECT_EQ(question_words("怎样从图形界面切到终端？"), (Words{"图形", "形界", "界面", "面切", "终端"}));
  EXPECT_EQ(question_words("哪种茶？"), (Words{"茶"}));
  EXPECT_EQ(question_words("什么是 Debian 的内核"), (Words{"debian", "内核"}));
  EXPECT_EQ(question_words("为什么？"), (Words{"为什", "什么"}));  // nothing else is left
}

TEST(Words, ThaiIsCutByADictionary) {
  EXPECT_NE(index_text("ภาษาไทย").find(" ภาษา "), std::string::npos) << index_text("ภาษาไทย");
}

// Whatever people type, SQLite takes the query.
TEST(Words, NoQuestionBreaksTheQuery) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE VIRTUAL TABLE t USING fts5 (a)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_stmt* find = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT rowid FROM t WHERE t MATCH ?", -1, &find, nullptr), SQLITE_OK);
  const auto takes = [&](const std::string& question) {
    const std::string query = match_any(question_words(question));
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
