#include "library/full_text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "library/chunk_words.h"
#include "library/schema.h"

namespace lectern::test {
namespace {

class FullTextTest : public testing::Test {
 protected:
  FullTextTest() {
    database_.execute(library::kSchema);
    database_.execute("PRAGMA foreign_keys = OFF");
  }

  // A passage of 20 word pieces, whatever `text` is.
  void add(const std::string& text) {
    database_.execute(
        "INSERT INTO chunks (document, heading, span_begin, span_end, word_pieces, embedding) "
        "VALUES (1, '', 0, 0, 20, x'')");
    ids_.push_back(database_.last_row());
    library::ChunkWords(database_).put(ids_.back(), "", text);
  }

  std::vector<std::int64_t> found(std::string_view question) {
    library::FullText index(database_);
    index.refresh(ids_);
    std::vector<std::int64_t> chunks;
    for (const auto& match : index.search(question, 10)) chunks.push_back(match.chunk);
    return chunks;
  }

  Database database_{":memory:"};
  std::vector<std::int64_t> ids_;
};

using Ids = std::vector<std::int64_t>;

TEST_F(FullTextTest, PassagesWithMoreOfTheQuestionComeFirst) {
  add("The kettle sings.");
  add("The kettle sings in the kitchen.");
  add("A pot.");
  add("Nothing.");
  EXPECT_EQ(found("Which kettle is in the kitchen?"), (Ids{2, 1}));
  EXPECT_EQ(found("Which teapot?"), Ids());
}

TEST_F(FullTextTest, OfChineseItCountsHowOften) {
  add("内核读取配置。");
  add("内核有模块，内核读取内核的参数。");
  add("终端。");
  add("文件。");
  add("目录。");
  EXPECT_EQ(found("内核是什么？"), (Ids{2, 1}));
}

TEST_F(FullTextTest, OfManyPassagesAWordThatOneInFiveHoldsSaysNothing) {
  database_.execute("BEGIN");
  for (int i = 0; i < 25'000; ++i) add(i == 7 ? "The kettle sings." : "The kettle.");
  add("He sings.");
  EXPECT_EQ(found("Which kettle sings?"), (Ids{8, 25'001}));
  EXPECT_EQ(found("Which kettle?"), Ids());
}

TEST_F(FullTextTest, ChineseInWordsThatADictionaryDoesNotKnow) {
  add("使用字符控制台来登录");
  add("别的内容");
  add("一些文字");
  EXPECT_EQ(found("控制台"), Ids{1});
  EXPECT_EQ(found("制台"), Ids{1});
}

}  // namespace
}  // namespace lectern::test
