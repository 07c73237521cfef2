#include "chat/question.h"

#include <gtest/gtest.h>

namespace lectern::chat {
namespace {

TEST(Question, AsksForAFigure) {
  EXPECT_TRUE(asks_for_figure("How long can rice be kept?"));
  EXPECT_TRUE(asks_for_figure("When does it start?"));
  EXPECT_TRUE(asks_for_figure("可以泡几次？"));
  EXPECT_FALSE(asks_for_figure("Who knows how it works?"));
}

TEST(Question, FindsFigures) {
  EXPECT_TRUE(has_figure("It takes two days."));
  EXPECT_TRUE(has_figure("At 19:30."));
  EXPECT_TRUE(has_figure("放凉到八十度"));
  EXPECT_FALSE(has_figure("Someone often does."));
}

TEST(Question, NamesTheUnit) {
  EXPECT_EQ(asked_unit("绿茶用多少度的水？"), "度");
  EXPECT_EQ(asked_unit("可以泡几次？"), "次");
  EXPECT_EQ(asked_unit("几"), "");
  EXPECT_EQ(asked_unit("How many?"), "");
}

TEST(Question, KnowsRefusals) {
  EXPECT_TRUE(is_refusal("The passages don't mention it."));
  EXPECT_TRUE(is_refusal("段落中没有提到价格。"));
  EXPECT_TRUE(is_refusal("The provided passages do not explicitly state when it begins."));
  EXPECT_FALSE(is_refusal("Rice keeps one day."));
  EXPECT_FALSE(is_refusal("The text does not wrap at the margin."));
  EXPECT_FALSE(is_refusal("No information is lost."));
}

TEST(Question, KnowsHowRefusalsBegin) {
  for (const auto* beginning : {"", "The pass", "The passages say", "Unfortunately, ", "段"})
    EXPECT_TRUE(may_be_refusal(beginning)) << beginning;
  EXPECT_FALSE(may_be_refusal("Rice"));
  EXPECT_FALSE(may_be_refusal("The rice"));
}

}  // namespace
}  // namespace lectern::chat
