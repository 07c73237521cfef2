#include "command.h"

namespace lectern::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using UsageTest = CommandTest;

TEST_F(UsageTest, AloneItOrients) {
  const auto result = lectern({});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("lectern index FOLDER"));
  EXPECT_THAT(result.out, HasSubstr("Next: lectern index"));
  const auto without_models = lectern({}, {.environment = {{"LECTERN_MODELS", home()}}});
  EXPECT_EQ(without_models.status, 0);
}

TEST_F(UsageTest, Version) {
  const auto result = lectern({"--version"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, testing::MatchesRegex("lectern [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(UsageTest, EveryCommandHasHelp) {
  const auto help = lectern({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status"));
  for (const std::string command : {"index", "search", "ask", "chat", "serve", "library", "compile", "inspect", "embed",
                                    "tokenize", "perplexity", "bench"}) {
    EXPECT_THAT(help.out, HasSubstr("\n  " + command + " "));
    const auto result = lectern({command, "--help"});
    EXPECT_EQ(result.status, 0) << command;
    EXPECT_THAT(result.out, HasSubstr("Usage: lectern " + command));
    EXPECT_THAT(result.out, HasSubstr("Example"));
    EXPECT_THAT(result.err, IsEmpty());
  }
}

TEST_F(UsageTest, WrongUsageIsTwo) {
  const std::vector<std::vector<std::string>> wrong = {
      {"frobnicate"},
      {"--frobnicate"},
      {"index"},
      {"ask"},
      {"ask", "q", "--questions", "f"},
      {"search", "q", "--top-k", "0"},
      {"search", "q", "--top-k", "many"},
      {"ask", "q", "--threads", "-1"},
      {"ask", "q", "--library", "a/b"},
      {"serve", "--port", "70000"},
      {"serve", "--library", "a.db"},
      {"compile", "x"},
      {"compile", "x", "-o", "y", "--target", "z80"},
      {"compile", "x", "-o", "y", "--precision", "3"},
      {"bench"},
      {"bench", "x", "--input-len", "0"},
      {"perplexity", "x"},
      {"inspect"},
  };
  for (const auto& arguments : wrong) {
    const auto result = lectern(arguments);
    EXPECT_EQ(result.status, 2) << testing::PrintToString(arguments);
    EXPECT_THAT(result.err, StartsWith("lectern: "));
    EXPECT_THAT(result.err, HasSubstr("--help"));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(UsageTest, FailuresAreOneLineAndOne) {
  const auto broken = write("broken.jsonl", "{\"id\": 1, \"question\": \"a\"}\n{\"id\": 2}\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> failing = {
      {{"ask", "q"}, "lectern index FOLDER"},
      {{"search", "q", "--library", "work"}, "work.db"},
      {{"chat"}, "lectern index FOLDER"},
      {{"index", home() + "/nowhere"}, "nowhere"},
      {{"chat", home() + "/nowhere"}, "nowhere"},
      {{"search", "--questions", home() + "/nowhere"}, "nowhere"},
      {{"ask", "--questions", broken}, "Line 2"},
      {{"inspect", "no-such-model"}, "no-such-model"},
      {{"inspect", broken}, "broken.jsonl"},
      {{"serve", "--port", "0", "--api-key-file", home() + "/nowhere"}, "nowhere"},
      {{"serve", "--port", "0", home() + "/nowhere"}, "nowhere"},
      {{"serve", "--port", "0", "--host", "0.0.0.0"}, "API key"},
      {{"serve", "--port", "0", "--host", "elsewhere"}, "no address"},
      {{"tokenize", "no-such-model"}, home() + "/data/lectern/models"},
      {{"perplexity", kModel, home() + "/nowhere"}, "nowhere"},
      {{"perplexity", kModel, home()}, home()},
      {{"bench", kEmbedder, "--requests", "1"}, ""},
  };
  for (const auto& [arguments, told] : failing) {
    const auto result = lectern(arguments);
    EXPECT_EQ(result.status, 1) << testing::PrintToString(arguments);
    EXPECT_THAT(result.err, IsOneError()) << testing::PrintToString(arguments);
    EXPECT_THAT(result.err, HasSubstr(told));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(UsageTest, AMissingModelIsNamed) {
  const auto result = lectern({"index", kDocuments, "--embedding-model", "/nowhere/all-minilm-l6-v2"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, IsOneError());
  EXPECT_THAT(result.err, HasSubstr("/nowhere/all-minilm-l6-v2"));
}

TEST_F(UsageTest, AFullDiskIsTold) {
  const auto result = lectern({"--help"}, {.out_file = "/dev/full"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, IsOneError());
  EXPECT_THAT(result.err, HasSubstr("No space left"));
}

TEST_F(UsageTest, ACacheThatCannotBeWrittenIsTold) {
  write("file", "in the way");
  const auto result = lectern({"tokenize", kModel}, {.environment = {{"XDG_CACHE_HOME", home() + "/file"}}});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, IsOneError());
  EXPECT_THAT(result.err, HasSubstr(home() + "/file"));
}

TEST_F(UsageTest, AFolderForDataThatCannotBeWrittenIsTold) {
  write("file", "in the way");
  const auto result = lectern({"index", kDocuments}, {.environment = {{"XDG_DATA_HOME", home() + "/file"}}});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, IsOneError());
}

}  // namespace
}  // namespace lectern::test
