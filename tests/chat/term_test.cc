#include "chat/term.h"

#include <gmock/gmock.h>

namespace lectern::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Terms, DropCommonWordsAndEndings) {
  EXPECT_THAT(terms("What is the size of the packages?"), ElementsAre("siz", "packag"));
  EXPECT_EQ(terms("packaging stopped quickly"), terms("package stops quick"));
  EXPECT_THAT(terms("of the and"), IsEmpty());
}

TEST(Terms, KeepNumbersAndCode) { EXPECT_THAT(terms("port 8080 UTF8"), ElementsAre("port", "8080", "utf8")); }

TEST(Terms, PairChineseCharacters) {
  EXPECT_THAT(terms("茶的温度是多少"), ElementsAre("茶", "温度"));
  EXPECT_THAT(terms("ABC茶叶x"), ElementsAre("abc", "茶叶", "x"));
}

TEST(Terms, SetIsSortedAndUnique) { EXPECT_THAT(term_set("zebra apple zebra"), ElementsAre("appl", "zebra")); }

TEST(Terms, TakeBrokenBytes) { EXPECT_THAT(terms("\xff word \xe4\xb8"), ElementsAre("word")); }

}  // namespace
}  // namespace lectern::chat
