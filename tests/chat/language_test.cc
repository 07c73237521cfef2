#include "chat/language.h"

#include <gtest/gtest.h>

namespace lectern::chat {
namespace {

TEST(Language, FollowsTheQuestion) {
  EXPECT_EQ(phrases_for("How hot is tea?").question, "Question: ");
  EXPECT_EQ(phrases_for("茶的温度是多少？").question, "问题：");
  EXPECT_EQ(phrases_for("Debian 软件包如何命名？").question, "问题：");
  EXPECT_EQ(phrases_for("What does the character 茶 mean in English?").question, "Question: ");
  EXPECT_EQ(phrases_for("").question, "Question: ");
}

}  // namespace
}  // namespace lectern::chat
