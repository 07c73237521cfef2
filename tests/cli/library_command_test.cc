// `lectern library`: what there is, whether it is whole, and taking it out or away.
#include "command.h"
#include "support/sqlite.h"

namespace lectern::test {
namespace {

using nlohmann::json;
using support::Sqlite;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  return names;
}

class LibraryCommandTest : public CommandTest {
 protected:
  void SetUp() override {
    write("documents/tea.md", "# Tea\n\nGreen tea is brewed at 80 degrees.\n\n# Kettles\n\nThey are made of copper.\n");
    write("documents/coffee.txt", "Espresso needs nine bar of pressure.\n");
    write("documents/broken.pdf", "this is no PDF");
    ASSERT_EQ(lectern({"index", home() + "/documents"}).status, 0);
  }
  std::string file(const std::string& name = "default") const { return home() + "/data/lectern/" + name + ".db"; }
  json answer(const std::vector<std::string>& arguments, int status = 0) {
    const auto result = lectern(arguments);
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    return json::parse(result.out);
  }
};

TEST_F(LibraryCommandTest, List) {
  ASSERT_EQ(lectern({"index", home() + "/documents/tea.md", "--library", "work"}).status, 0);
  write("data/lectern/other.db", "no library at all");
  const auto libraries = answer({"library", "list", "--json"})["libraries"];
  ASSERT_EQ(libraries.size(), 3u);
  EXPECT_THAT(keys(libraries[0]),
              UnorderedElementsAre("name", "file", "documents", "failed", "chunks", "bytes", "folders", "problem"));
  EXPECT_EQ(libraries[0]["name"], "default");
  EXPECT_EQ(libraries[0]["file"], file());
  EXPECT_EQ(libraries[0]["documents"], 2);
  EXPECT_EQ(libraries[0]["failed"], 1);
  EXPECT_EQ(libraries[0]["chunks"], 3);
  EXPECT_EQ(libraries[0]["folders"], json({home() + "/documents"}));
  EXPECT_TRUE(libraries[0]["problem"].is_null());
  EXPECT_GE(libraries[0]["bytes"].get<std::int64_t>(), std::int64_t(std::filesystem::file_size(file())));
  EXPECT_EQ(libraries[1]["name"], "other");
  EXPECT_THAT(libraries[1]["problem"].get<std::string>(), HasSubstr("not a database"));
  EXPECT_EQ(libraries[2]["name"], "work");
  const auto person = lectern({"library", "list"});
  EXPECT_THAT(person.out,
              AllOf(HasSubstr("default: 2 documents, 1 failed, 3 chunks"), HasSubstr("work: 1 document, ")));
}

TEST_F(LibraryCommandTest, NoneYet) {
  std::filesystem::remove_all(home() + "/data");
  EXPECT_THAT(lectern({"library", "list"}).out, HasSubstr("lectern index FOLDER"));
  EXPECT_EQ(answer({"library", "list", "--json"}), json::parse(R"({"libraries":[]})"));
  for (const char* command : {"show", "verify", "export"}) {
    const auto result = lectern({"library", command, "work"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, AllOf(IsOneError(), HasSubstr("work.db")));
  }
}

TEST_F(LibraryCommandTest, Show) {
  write("documents/coffee.txt", "Espresso needs ten bar of pressure.\n");
  const auto shown = answer({"library", "show", "--json"});
  EXPECT_THAT(keys(shown), UnorderedElementsAre("library", "version", "embedding_models", "documents"));
  EXPECT_EQ(shown["version"], 2);
  EXPECT_EQ(shown["embedding_models"].size(), 1u);
  const auto& documents = shown["documents"];
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_THAT(keys(documents[0]), UnorderedElementsAre("file", "type", "title", "size", "modified_ns", "content_hash",
                                                       "state", "reason", "chunks"));
  EXPECT_EQ(documents[0]["state"], "failed");
  EXPECT_EQ(documents[0]["reason"], "is not a PDF");
  EXPECT_EQ(documents[1]["state"], "changed");
  EXPECT_EQ(documents[2]["state"], "current");
  EXPECT_EQ(documents[2]["chunks"], 2);
  EXPECT_EQ(documents[2]["content_hash"].get<std::string>().size(), 64u);
  const auto person = lectern({"library", "show"}, {.directory = home()});
  EXPECT_THAT(person.out, AllOf(HasSubstr("failed    documents/broken.pdf: is not a PDF"),
                                HasSubstr("current   documents/tea.md, 2 chunks")));
}

TEST_F(LibraryCommandTest, VerifyFindsMendsAndSaysWhatToDo) {
  EXPECT_EQ(answer({"library", "verify", "--json"}),
            json::parse(R"({"sound":true,"mended":false,"refused":false,"documents":3,"readable":3,"damages":[]})"));
  EXPECT_THAT(lectern({"library", "verify"}).out, HasSubstr("is whole: 3 documents."));

  Sqlite(file()).execute("UPDATE chunk_words SET body = 'nonsense'");
  const auto mended = lectern({"library", "verify", "default"});
  EXPECT_EQ(mended.status, 0);
  EXPECT_THAT(mended.out, AllOf(HasSubstr("full-text index"), HasSubstr("made anew")));
  EXPECT_THAT(lectern({"search", "copper kettles"}).out, HasSubstr("tea.md"));

  Sqlite(file()).execute("UPDATE documents SET text = replace(text, '80', '90')");
  const auto damaged = lectern({"library", "verify"}, {.directory = home()});
  EXPECT_EQ(damaged.status, 1);
  EXPECT_THAT(damaged.out, AllOf(HasSubstr("documents/tea.md: its text"), HasSubstr("lectern index")));
  EXPECT_EQ(answer({"index", home() + "/documents", "--json"})["documents"]["indexed"], 1);
  EXPECT_EQ(lectern({"library", "verify"}).status, 0);
}

TEST_F(LibraryCommandTest, VerifyRefusesWhatCannotBeMended) {
  const auto page = std::stoul(Sqlite(file()).value("SELECT rootpage FROM sqlite_master WHERE name = 'documents'"));
  std::fstream stream(file(), std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>((page - 1) * 4096));
  stream << std::string(200, 'Z');
  stream.close();
  const auto check = answer({"library", "verify", "--json"}, 1);
  EXPECT_EQ(check["refused"], true);
  EXPECT_THAT(keys(check["damages"][0]), UnorderedElementsAre("part", "file", "what"));
  const auto person = lectern({"library", "verify"});
  EXPECT_EQ(person.status, 1);
  EXPECT_THAT(person.out, AllOf(HasSubstr("0 of 3 documents are whole"), HasSubstr("export --salvage default"),
                                HasSubstr("library rm default")));
  const auto search = lectern({"search", "tea"});
  EXPECT_EQ(search.status, 1);
  EXPECT_THAT(search.err, AllOf(IsOneError(), HasSubstr("lectern library verify")));
  EXPECT_EQ(lectern({"library", "export"}).status, 1);
  const auto salvaged = lectern({"library", "export", "--salvage"});
  EXPECT_EQ(salvaged.status, 0);
  EXPECT_THAT(salvaged.err, HasSubstr("3 documents left out"));
  EXPECT_EQ(lectern({"library", "rm", "default", "--yes"}).status, 0);
  EXPECT_EQ(lectern({"index", home() + "/documents"}).status, 0);
}

TEST_F(LibraryCommandTest, Export) {
  const auto result = lectern({"library", "export"});
  EXPECT_EQ(result.status, 0);
  std::istringstream stream(result.out);
  std::vector<json> documents;
  for (std::string line; std::getline(stream, line);) documents.push_back(json::parse(line));
  ASSERT_EQ(documents.size(), 3u);
  const auto& tea = documents[2];
  EXPECT_THAT(keys(tea), UnorderedElementsAre("file", "type", "title", "size", "modified_ns", "content_hash", "state",
                                              "reason", "text", "headings", "pages", "chunks"));
  EXPECT_EQ(tea["state"], "indexed");
  const auto part = [&](const json& span) {
    return tea["text"].get<std::string>().substr(span[0], span[1].get<int>() - span[0].get<int>());
  };
  EXPECT_EQ(part(tea["headings"][1]["span"]), "Kettles");
  EXPECT_EQ(tea["headings"][1]["level"], 1);
  EXPECT_THAT(part(tea["chunks"][1]["span"]), HasSubstr("made of copper."));
  EXPECT_EQ(tea["chunks"][1]["heading"], "Kettles");

  const auto target = home() + "/out.jsonl";
  EXPECT_EQ(answer({"library", "export", "default", target, "--json"}), json::parse(R"({"exported":3,"lost":0})"));
  std::ifstream written(target);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(written), {}), result.out);
  EXPECT_THAT(lectern({"library", "export", "default", home() + "/none/out"}).err, IsOneError());
}

TEST_F(LibraryCommandTest, TakesAFolderOut) {
  write("old/kettle.txt", "The old kettle whistles at 96 degrees.\n");
  ASSERT_EQ(lectern({"index", home() + "/old"}).status, 0);
  const auto folders = [&] { return answer({"library", "list", "--json"})["libraries"][0]["folders"]; };
  EXPECT_EQ(folders(), json({home() + "/documents", home() + "/old"}));
  EXPECT_EQ(answer({"library", "take-out", "default", home() + "/old/", "--json"}),
            json({{"folder", home() + "/old"}, {"documents", 1}}));
  EXPECT_EQ(folders(), json({home() + "/documents"}));
  EXPECT_THAT(lectern({"search", "whistling kettle"}).out, testing::Not(HasSubstr("kettle.txt")));
  EXPECT_TRUE(std::filesystem::exists(home() + "/old/kettle.txt"));

  const auto again = lectern({"library", "take-out", "default", home() + "/old"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, AllOf(IsOneError(), HasSubstr("lectern library show")));
  std::filesystem::remove_all(home() + "/documents");  // one that is gone from the disk goes as well
  const auto person = lectern({"library", "take-out", "default", "documents"}, {.directory = home()});
  EXPECT_EQ(person.status, 0) << person.err;
  EXPECT_THAT(person.out, HasSubstr("documents is taken out, and 2 documents with it."));
  EXPECT_THAT(folders(), IsEmpty());
}

TEST_F(LibraryCommandTest, RemoveAsks) {
  const auto unasked = lectern({"library", "rm", "default"});
  EXPECT_EQ(unasked.status, 1);
  EXPECT_THAT(unasked.err, AllOf(IsOneError(), HasSubstr("--yes")));
  const auto on_terminal = [&](const char* keys) {
    TerminalProcess process({LECTERN_COMMAND, "library", "rm", "default"}, in_home());
    EXPECT_TRUE(process.sees("(2 documents, 1 failed, "));
    EXPECT_TRUE(process.sees("[y/N]"));
    process.type(keys);
    return process.wait();
  };
  EXPECT_EQ(on_terminal("n\n"), 1);
  EXPECT_EQ(on_terminal("\n"), 1);
  EXPECT_TRUE(std::filesystem::exists(file()));
  EXPECT_EQ(on_terminal("y\n"), 0);
  EXPECT_TRUE(std::filesystem::is_empty(home() + "/data/lectern"));
  EXPECT_TRUE(std::filesystem::exists(home() + "/documents/tea.md"));
  EXPECT_EQ(lectern({"library", "rm", "default", "--yes"}).status, 1) << "it is gone";
}

TEST_F(LibraryCommandTest, RemoveJson) {
  EXPECT_EQ(answer({"library", "rm", "default", "--yes", "--json"}), json({{"removed", file()}}));
}

TEST_F(LibraryCommandTest, Usage) {
  for (const char* command : {"list", "show", "verify", "export", "take-out", "rm"}) {
    const auto help = lectern({"library", command, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, AllOf(HasSubstr(std::string("Usage: lectern library ") + command), HasSubstr("Example")));
  }
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"library"},
                                                {"library", "rm"},
                                                {"library", "take-out", "default"},
                                                {"library", "show", "a/b"},
                                                {"library", "frobnicate"}}) {
    const auto result = lectern(wrong);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("Try: lectern library"));
  }
}

}  // namespace
}  // namespace lectern::test
