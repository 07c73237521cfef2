#include "lectern/suggestion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/fake_embedder.h"
#include "library/heading_question.h"
#include "support/expect_error.h"
#include "support/temporary_file.h"

namespace lectern {
namespace {

using library::heading_topic;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kEnglish = QuestionLanguage::kEnglish;
constexpr auto kChinese = QuestionLanguage::kChinese;

TEST(HeadingTopicTest, NumbersAndMarksAreNoPartOfIt) {
  for (const auto* heading : {"Rim brakes", "5 Rim brakes", "5. Rim brakes", "5.1.2 Rim brakes", "A.1 Rim brakes",
                              "Chapter 3. Rim brakes", "Chapter 3: Rim brakes", "IV. Rim brakes", "## Rim brakes",
                              "Rim brakes . . . . . 12", "Rim\nbrakes", "Rim brakes:"})
    EXPECT_EQ(heading_topic(heading), "Rim brakes") << heading;
  EXPECT_EQ(heading_topic("第三章 泡茶的水温"), "泡茶的水温");
  EXPECT_EQ(heading_topic("二、泡茶的水温"), "泡茶的水温");
  EXPECT_EQ(heading_topic("2nd gear and others"), "2nd gear and others");
  EXPECT_EQ(heading_topic("一杯好茶"), "一杯好茶");
}

TEST(HeadingTopicTest, NobodyAsksAboutBoilerplate) {
  for (const auto* heading :
       {"Contents",
        "Table of Contents",
        "INDEX",
        "1 Introduction",
        "Chapter 1. Introduction",
        "Preface:",
        "References",
        "目录",
        "第一章 引言",
        "About this manual",
        "How to use this handbook",
        "What there is",
        "Did you get the right package?",
        "Valgrind User Manual",
        "",
        "7",
        "1.1.4",
        "IV",
        "–",
        "ABOUT THE ARCHIVE",
        "B i g letters",
        "std::vector<int>",
        "--help",
        "https://example.com",
        "config.yaml",
        "a_function()",
        "Cut at the li-",
        "This heading is a whole sentence that goes on and on for more than anybody asks about at once"})
    EXPECT_EQ(heading_topic(heading), "") << heading;
}

TEST(QuestionTest, ReadsAsAPersonWouldAsk) {
  const auto ask = [](std::string_view topic, QuestionLanguage language = kEnglish) {
    return library::question_about(
        topic, "Bikes", "Press the brakes gently, with Shimano parts as with others, says Shimano.", language);
  };
  EXPECT_EQ(ask("Brakes"), "What does “Bikes” say about brakes?");
  EXPECT_EQ(ask("Shimano parts"), "What does “Bikes” say about Shimano parts?");
  EXPECT_EQ(ask("Disc Brakes"), "What does “Bikes” say about Disc Brakes?");
  EXPECT_EQ(ask("A flat tyre"), "What does “Bikes” say about a flat tyre?");
  EXPECT_EQ(ask("How to mend a flat tyre"), "How do I mend a flat tyre?");
  EXPECT_EQ(ask("Why do brakes squeal?"), "Why do brakes squeal?");
  EXPECT_EQ(ask("Brakes", kChinese), "关于“Brakes”，《Bikes》里是怎么说的？");
  EXPECT_EQ(ask("如何泡茶", kChinese), "如何泡茶？");
}

class SuggestionTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { support::write_file(folder_ / name, text); }

  std::vector<Suggestion> suggest(QuestionLanguage language = kEnglish, int most = 16) {
    const std::vector<std::filesystem::path> folders = {folder_};
    open_library(file_, embedder_)->index(folders);
    return suggest_questions(file_, language, most);
  }

  std::vector<std::string> questions(QuestionLanguage language = kEnglish) {
    std::vector<std::string> out;
    for (const auto& suggestion : suggest(language)) out.push_back(suggestion.question);
    return out;
  }

  static std::string section(const std::string& heading) {
    return "## " + heading +
           "\n\nIt is told here at some length what there is to say. And one more sentence follows after the first, so "
           "that "
           "it is enough to answer.\n\n";
  }

  test::FakeEmbedder embedder_;
  std::filesystem::path folder_ = support::temporary_folder("suggestions"),
                        home_ = support::temporary_folder("library");
  std::filesystem::path file_ = home_ / "library.db";
};

TEST_F(SuggestionTest, OnlyOfHeadingsThatHaveAnAnswerBelow) {
  write("bikes.md", "# Bikes\n\n" + section("Contents") + section("Brakes") + "## Gears\n\nShort.\n\n" +
                        section("Lamps") + section("Wheels") + section("Wheels") + "## Spokes\n\n" +
                        std::string(200, 'x') + "\n");
  EXPECT_THAT(questions(), ElementsAre("What does “Bikes” say about brakes?", "What does “Bikes” say about lamps?",
                                       "What is “Bikes” about?"));
  for (const auto& suggestion : suggest()) EXPECT_LT(suggestion.section.begin, suggestion.section.end);
}

TEST_F(SuggestionTest, OneDocumentAfterTheOther) {
  write("a.md", "# Bikes\n\n" + section("Brakes") + section("Gears"));
  write("b.md", "# Boats\n\n" + section("Sails") + section("How to tie a knot"));
  const auto found = questions();
  ASSERT_EQ(found.size(), 6u);
  EXPECT_NE(found[0].find("Bikes") == std::string::npos, found[1].find("Bikes") == std::string::npos);
  EXPECT_THAT(found, testing::Contains("How do I tie a knot?"));
  EXPECT_EQ(suggest(kEnglish, 3).size(), 3u);
}

TEST_F(SuggestionTest, Chinese) {
  write("茶.md",
        "# 泡茶指南\n\n## 目录\n\n水温、时间。\n\n## 绿茶的水温\n\n"
        "绿茶不能用沸水冲泡。水温应该在八十度左右，时间是两分钟。水温太高，茶叶会变苦；水温太低，香味出不来。第一泡的时"
        "间要短一些。\n");
  EXPECT_THAT(questions(kChinese),
              ElementsAre("关于“绿茶的水温”，《泡茶指南》里是怎么说的？", "《泡茶指南》主要讲了什么？"));
}

TEST_F(SuggestionTest, AnEmptyLibraryHasNone) {
  EXPECT_THAT(questions(), IsEmpty());
  support::expect_error(ErrorCode::kNotFound, {"There is no library"},
                        [&] { suggest_questions(home_ / "none.db", kEnglish, 4); });
}

}  // namespace
}  // namespace lectern
