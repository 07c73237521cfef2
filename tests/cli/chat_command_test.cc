#include "command.h"

namespace lectern::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ChatCommandTest : public CommandTest {
 protected:
  void SetUp() override {
    write("documents/tea.txt",
          "Green tea is brewed at 80 degrees for two minutes. Black tea is brewed with boiling water for four "
          "minutes.\n");
  }
};

TEST_F(ChatCommandTest, ReadsQuestionsWithoutATerminal) {
  const auto result =
      lectern({"chat", home() + "/documents"},
              {.input = "How hot is the water for green tea?\n/sources\n/nonsense\n/clear\n/quit\nnever\n"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("80 degrees"));
  EXPECT_THAT(result.out, HasSubstr("tea.txt"));
  EXPECT_THAT(result.out, HasSubstr("Black tea is brewed")) << "/sources shows the whole passage";
  EXPECT_THAT(result.out, HasSubstr("no command /nonsense"));
  EXPECT_THAT(result.out, HasSubstr("forgotten"));
  EXPECT_THAT(result.out, Not(HasSubstr("never")));
}

TEST_F(ChatCommandTest, AFolderHasALibraryOfItsOwn) {
  EXPECT_EQ(lectern({"chat", home() + "/documents"}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(home() + "/data/lectern/default.db"));
  int libraries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home() + "/data/lectern")) {
    libraries += entry.path().filename().native().starts_with("documents-") && entry.path().extension() == ".db";
  }
  EXPECT_EQ(libraries, 1);
}

TEST_F(ChatCommandTest, OnATerminal) {
  TerminalProcess chat({LECTERN_COMMAND, "chat", home() + "/documents"}, in_home());
  EXPECT_TRUE(chat.sees("1 document indexed")) << chat.screen();
  EXPECT_TRUE(chat.sees("answers from 1 document")) << chat.screen();
  EXPECT_TRUE(chat.sees("> "));
  chat.type("How hot is the water for green tea?\r");
  EXPECT_TRUE(chat.sees("80 degrees")) << chat.screen();
  EXPECT_TRUE(chat.sees("tea.txt")) << chat.screen();
  EXPECT_TRUE(chat.sees("> "));
  chat.type("half a line\x03");
  EXPECT_TRUE(chat.sees("> "));
  chat.type("/help\r");
  EXPECT_TRUE(chat.sees("/clear")) << chat.screen();
  EXPECT_TRUE(chat.sees("> "));
  chat.type("\x03");
  EXPECT_TRUE(chat.sees("once more")) << chat.screen();
  EXPECT_TRUE(chat.sees("> "));
  chat.type("\x03");
  EXPECT_EQ(chat.wait(), 0) << chat.screen();
  std::ifstream history(home() + "/state/lectern/chat_history");
  const std::string saved(std::istreambuf_iterator<char>(history), {});
  EXPECT_THAT(saved, HasSubstr("green"));
}

TEST_F(ChatCommandTest, CtrlCStopsTheAnswerAlone) {
  std::string story = "The history of the garden club.\n\n";
  for (int year = 1900; year < 1960; ++year) {
    story += "In " + std::to_string(year) + " the garden club planted roses, counted its members and wrote a report.\n";
  }
  write("documents/club.txt", story);
  TerminalProcess chat({LECTERN_COMMAND, "chat", home() + "/documents"}, in_home());
  ASSERT_TRUE(chat.sees("> ")) << chat.screen();
  chat.type("What did the garden club do in each year, one by one?\r");
  ASSERT_TRUE(chat.sees("one?")) << chat.screen();
  ASSERT_TRUE(chat.sees("club")) << chat.screen();
  chat.type("\x03");
  EXPECT_TRUE(chat.sees("> ")) << chat.screen();
  chat.type("\x04");
  EXPECT_EQ(chat.wait(), 0) << chat.screen();
}

}  // namespace
}  // namespace lectern::test
