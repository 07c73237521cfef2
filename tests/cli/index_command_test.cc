#include "command.h"

namespace lectern::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using IndexCommandTest = CommandTest;

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

TEST_F(IndexCommandTest, JsonAsDocumented) {
  write("documents/tea.txt", "Green tea is brewed at 80 degrees for two minutes.\n");
  write("documents/deep/coffee.md", "# Coffee\n\nEspresso needs nine bar of pressure.\n");
  write("documents/broken.pdf", "this is no PDF");
  const auto result = lectern({"index", home() + "/documents", "--json"});
  EXPECT_EQ(result.status, 0) << "some files failed, others did not";
  EXPECT_THAT(result.err, IsEmpty());
  const auto report = json::parse(result.out);
  EXPECT_THAT(keys(report),
              UnorderedElementsAre("documents", "chunks", "word_pieces", "seconds", "stages", "failures"));
  EXPECT_EQ(report["documents"], json({{"indexed", 2}, {"unchanged", 0}, {"removed", 0}, {"failed", 1}}));
  EXPECT_THAT(keys(report["stages"]), UnorderedElementsAre("extract_s", "chunk_s", "embed_s", "store_s"));
  EXPECT_GT(report["word_pieces"].get<int>(), 15);
  ASSERT_EQ(report["failures"].size(), 1u);
  EXPECT_EQ(report["failures"][0]["file"], home() + "/documents/broken.pdf");
  EXPECT_FALSE(report["failures"][0]["reason"].get<std::string>().empty());
}

TEST_F(IndexCommandTest, ForAPerson) {
  write("documents/tea.txt", "Green tea is brewed at 80 degrees for two minutes.\n");
  write("documents/bad\x1b[31m.pdf", "this is no PDF");
  const auto first = lectern({"index", home() + "/documents"});
  EXPECT_EQ(first.status, 0);
  EXPECT_THAT(first.out, HasSubstr("1 document indexed, 1 failed"));
  EXPECT_THAT(first.out, HasSubstr("bad.pdf: "));
  EXPECT_THAT(first.out, HasSubstr("Next: lectern ask"));
  EXPECT_EQ(first.out.find('\x1b'), std::string::npos);
  EXPECT_THAT(first.err, IsEmpty()) << "no progress bar where there is no terminal";
  const auto second = lectern({"index", home() + "/documents"});
  EXPECT_THAT(second.out, HasSubstr("1 unchanged"));
}

TEST_F(IndexCommandTest, LargeFilesAreListed) {
  write("documents/tea.txt", "Green tea is brewed at 80 degrees for two minutes.\n");
  const auto small = lectern({"index", home() + "/documents", "--max-file-size", "20"});
  EXPECT_EQ(small.status, 1);
  EXPECT_THAT(small.out, HasSubstr("tea.txt: is larger than 20 bytes, the limit (--max-file-size)"));
  EXPECT_EQ(lectern({"index", home() + "/documents", "--max-file-size", "1k"}).status, 0);
  for (const char* size : {"0", "-1", "10X", "99999999999E"}) {
    const auto bad = lectern({"index", home() + "/documents", "--max-file-size", size});
    EXPECT_EQ(bad.status, 2) << size;
    EXPECT_THAT(bad.err, HasSubstr("--max-file-size")) << size;
  }
}

TEST_F(IndexCommandTest, NothingReadIsAFailure) {
  write("documents/broken.pdf", "this is no PDF");
  EXPECT_EQ(lectern({"index", home() + "/documents"}).status, 1);
}

TEST_F(IndexCommandTest, LibrariesByNameAndPath) {
  write("documents/tea.txt", "Green tea is brewed at 80 degrees for two minutes.\n");
  EXPECT_EQ(lectern({"index", home() + "/documents", "--library", "work"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(home() + "/data/lectern/work.db"));
  EXPECT_EQ(lectern({"index", home() + "/documents", "--library", "here.db"}, {.directory = home()}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(home() + "/here.db"));
  const auto found = lectern({"search", "tea", "--library", "work", "--json"});
  EXPECT_EQ(json::parse(found.out)["passages"].size(), 1u);
  EXPECT_EQ(lectern({"search", "tea"}).status, 1) << "the default library is another one";
}

TEST_F(IndexCommandTest, SearchJsonAsDocumented) {
  write("documents/tea.txt", "Green tea is brewed at 80 degrees for two minutes.\n");
  write("documents/coffee.md", "# Coffee\n\nEspresso needs nine bar of pressure.\n");
  ASSERT_EQ(lectern({"index", home() + "/documents"}).status, 0);
  const auto one = lectern({"search", "pressure of espresso", "--top-k", "1", "--json"});
  EXPECT_EQ(one.status, 0);
  const auto found = json::parse(one.out);
  ASSERT_EQ(found["passages"].size(), 1u);
  const auto& passage = found["passages"][0];
  EXPECT_THAT(keys(passage), UnorderedElementsAre("file", "page", "heading", "span", "score", "text"));
  EXPECT_EQ(passage["file"], home() + "/documents/coffee.md");
  EXPECT_TRUE(passage["page"].is_null());
  EXPECT_THAT(passage["text"].get<std::string>(), HasSubstr("nine bar"));

  const auto questions = write(
      "questions.jsonl", "{\"id\": \"a\", \"question\": \"green tea\"}\n\n{\"id\": 7, \"question\": \"espresso\"}\n");
  const auto many = lectern({"search", "--questions", questions});
  EXPECT_EQ(many.status, 0);
  std::istringstream lines(many.out);
  std::vector<json> ids;
  for (std::string line; std::getline(lines, line);) ids.push_back(json::parse(line)["id"]);
  EXPECT_THAT(ids, ElementsAre(json("a"), json(7)));

  const auto person = lectern({"search", "espresso", "--top-k", "1"}, {.directory = home()});
  EXPECT_THAT(person.out, HasSubstr("[1] documents/coffee.md"));
}

}  // namespace
}  // namespace lectern::test
