#include "command.h"

namespace lectern::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class AnswerCommandTest : public CommandTest {
 protected:
  void SetUp() override {
    write("documents/tea.txt",
          "Green tea is brewed at 80 degrees for two minutes. Black tea is brewed with boiling water for four "
          "minutes.\n");
    write("documents/coffee.md", "# Coffee\n\nAn espresso machine needs nine bar of pressure.\n");
    ASSERT_EQ(lectern({"index", home() + "/documents"}).status, 0);
  }
};

TEST_F(AnswerCommandTest, JsonAsDocumented) {
  const auto result = lectern({"ask", "How hot is the water for green tea?", "--json"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, IsEmpty());
  const auto answer = json::parse(result.out);
  std::vector<std::string> names;
  for (const auto& item : answer.items()) names.push_back(item.key());
  EXPECT_THAT(names, UnorderedElementsAre("answer", "query", "declined", "sentences", "citations", "passages", "usage",
                                          "timing"));
  EXPECT_EQ(answer["declined"], false);
  const auto text = answer["answer"].get<std::string>();
  EXPECT_THAT(text, HasSubstr("80 degrees"));
  ASSERT_FALSE(answer["citations"].empty());
  for (const auto& citation : answer["citations"]) {
    const auto number = citation["number"].get<std::size_t>();
    ASSERT_GE(number, 1u);
    ASSERT_LE(number, answer["passages"].size());
    const auto& passage = answer["passages"][number - 1];
    EXPECT_EQ(citation["file"], passage["file"]);
    EXPECT_THAT(passage["text"].get<std::string>(), HasSubstr(citation["quote"].get<std::string>()));
    const auto span = citation["answer_span"];
    EXPECT_THAT(text.substr(span[0], span[1].get<std::size_t>() - span[0].get<std::size_t>()),
                HasSubstr("[" + std::to_string(number) + "]"));
  }
  EXPECT_GT(answer["usage"]["input_tokens"].get<int>(), 50);
  EXPECT_GT(answer["usage"]["output_tokens"].get<int>(), 3);
  EXPECT_GT(answer["timing"]["ttft_ms"].get<double>(), 0);
}

TEST_F(AnswerCommandTest, ForAPerson) {
  const auto result = lectern({"ask", "How hot is the water for green tea?"}, {.directory = home()});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("80 degrees"));
  EXPECT_THAT(result.out, HasSubstr("\n[1] documents/tea.txt: \""));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(AnswerCommandTest, SaysThatTheFilesDoNotTell) {
  const auto result = lectern({"ask", "Who won the football world cup in 1998?"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("files do not tell"));
  EXPECT_THAT(result.out, HasSubstr("nearest passages"));
  const auto chinese = lectern({"ask", "谁赢得了世界杯足球赛？", "--json"});
  EXPECT_EQ(json::parse(chinese.out)["declined"], true);
  EXPECT_THAT(json::parse(chinese.out)["answer"].get<std::string>(), HasSubstr("文件"));
}

TEST_F(AnswerCommandTest, QuestionsFromAFile) {
  const auto result = lectern({"ask", "--questions", "-", "--max-tokens", "8"},
                              {.input = "{\"id\": 1, \"question\": \"How hot is green tea?\"}\n"
                                        "{\"id\": 2, \"question\": \"" +
                                        std::string(30'000, 'x') +
                                        "\"}\n"
                                        "{\"id\": \"three\", \"question\": \"Which pressure does espresso need?\"}\n"});
  EXPECT_EQ(result.status, 1) << "the second question is too long, and the third is answered all the same";
  std::istringstream lines(result.out);
  std::vector<json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(json::parse(line));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_TRUE(answers[0].contains("answer"));
  EXPECT_LE(answers[0]["usage"]["output_tokens"].get<int>(), 8);
  EXPECT_THAT(answers[1]["error"].get<std::string>(), HasSubstr("too long"));
  EXPECT_EQ(answers[2]["id"], "three");
  EXPECT_TRUE(answers[2].contains("answer"));
}

TEST_F(AnswerCommandTest, QuestionThatIsTooLong) {
  const auto result = lectern({"ask", std::string(30'000, 'x')});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, IsOneError());
  EXPECT_THAT(result.err, HasSubstr("too long"));
}

TEST_F(AnswerCommandTest, TheExampleProgramAnswers) {
  const std::string models = std::getenv("LECTERN_MODELS");
  const auto result = run_process({LECTERN_EXAMPLE, models + "/" + kModel, models + "/" + kEmbedder,
                                   home() + "/documents", "How hot is the water for green tea?"},
                                  in_home());
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("80 degrees"));
  EXPECT_THAT(result.out, HasSubstr("tea.txt"));
  EXPECT_EQ(run_process({LECTERN_EXAMPLE}, in_home()).status, 2);
}

}  // namespace
}  // namespace lectern::test
