#include "lectern/library.h"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <thread>

#include "library/documents.h"
#include "library/dump.h"
#include "library/fake_embedder.h"
#include "library/unprivileged.h"
#include "support/expect_error.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class LibraryTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    support::write_file(folder_ / name, text);
  }
  std::unique_ptr<Library> open() { return open_library(file_, embedder_); }
  IndexReport index(const IndexOptions& options = {}) { return index(*open(), options); }
  IndexReport index(Library& library, const IndexOptions& options = {}) {
    const std::vector<fs::path> folders = {folder_};
    return library.index(folders, options);
  }
  void execute(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  std::string found(const std::string& question) {
    const auto passages = open()->search(question, 1);
    return passages.empty() ? "" : fs::path(passages[0].file).filename().native();
  }

  fs::path folder_ = support::temporary_folder("documents");
  fs::path file_ = support::temporary_folder("library") / "test.db";
  FakeEmbedder embedder_;
};

TEST_F(LibraryTest, IndexesAndFinds) {
  write("tea.md",
        "# Tea\n\n## Green tea\n\nSteep sencha at seventy degrees for ninety seconds.\n\n## Black tea\n\nBoil it.\n");
  write("deep/er/wheels.txt", "Spokes are tightened by a quarter turn. Rims are made of aluminium.");
  std::vector<PdfText> long_page;
  for (int i = 0; i < 45; ++i) {
    long_page.push_back(
        {72, 740.0 - i * 14, 11, "Sentence " + std::to_string(i) + " says nothing of note to anybody who reads."});
  }
  std::vector<PdfText> granite_page = long_page;
  granite_page[40].text = "The lighthouse was built of granite.";
  write("pages.pdf", make_pdf({long_page, granite_page}));
  const auto report = index();
  EXPECT_EQ(report.indexed, 3);
  EXPECT_EQ(report.failed, 0);
  EXPECT_GE(embedder_.embedded(), report.chunks);  // one text a part
  EXPECT_GT(report.word_pieces, 30);
  const auto library = open();
  const auto passages = library->search("How long does sencha steep?", 3);
  ASSERT_FALSE(passages.empty());
  EXPECT_EQ(passages[0].file, (folder_ / "tea.md").native());
  EXPECT_EQ(passages[0].heading, "Tea › Green tea");
  EXPECT_THAT(passages[0].text, HasSubstr("ninety seconds."));
  EXPECT_EQ(passages[0].span.end - passages[0].span.begin, std::ssize(passages[0].text));
  EXPECT_FALSE(passages[0].page);
  EXPECT_GT(passages[0].similarity, 0);
  for (std::size_t i = 1; i < passages.size(); ++i) EXPECT_GE(passages[i - 1].score, passages[i].score);
  const auto granite = library->search("granite lighthouse", 1);
  ASSERT_EQ(granite.size(), 1u);
  EXPECT_EQ(granite[0].page, 2);
  ASSERT_EQ(granite[0].pages.size(), 1u);
  EXPECT_EQ(granite[0].pages[0].page, 2);
  EXPECT_LE(granite[0].pages[0].span_begin, granite[0].span.begin);
  EXPECT_EQ(library->statistics().documents, 3);
  EXPECT_EQ(library->statistics().chunks, report.chunks);
  EXPECT_THAT(library->statistics().folders, ElementsAre(folder_.native()));
}

TEST_F(LibraryTest, ChineseIsFoundByItsWords) {
  write("茶.txt", "绿茶不能用沸水冲泡。水温应该在八十度左右。\n\n乌龙茶可以冲泡很多次。");
  write("other.txt", "自行车的链条需要定期上油。");
  index();
  EXPECT_EQ(found("泡绿茶的水温是多少？"), "茶.txt");
  EXPECT_EQ(found("链条"), "other.txt");
}

TEST_F(LibraryTest, UnchangedFilesAreNotReadAgain) {
  write("a.txt", "Apples and pears.");
  write("b.txt", "Bread and butter.");
  index();
  const auto before = embedder_.embedded();
  auto report = index();
  EXPECT_EQ(report.unchanged, 2);
  EXPECT_EQ(report.indexed, 0);
  fs::last_write_time(folder_ / "a.txt", fs::file_time_type::clock::now() + std::chrono::hours(1));  // the same content
  report = index();
  EXPECT_EQ(report.unchanged, 2);
  EXPECT_EQ(embedder_.embedded(), before);
  write("b.txt", "Bread and cheese, now.");
  report = index();
  EXPECT_EQ(report.indexed, 1);
  EXPECT_EQ(report.unchanged, 1);
  EXPECT_EQ(found("cheese"), "b.txt");
  EXPECT_TRUE(open()->search("butter", 1).empty() ||
              open()->search("butter", 1)[0].text.find("butter") == std::string::npos);
}

TEST_F(LibraryTest, RemovedFilesGo) {
  write("a.txt", "Apples and pears.");
  write("sub/b.txt", "Bread and butter.");
  index();
  fs::remove_all(folder_ / "sub");
  const auto report = index();
  EXPECT_EQ(report.removed, 1);
  EXPECT_EQ(open()->statistics().documents, 1);
  for (const auto& passage : open()->search("bread", 5)) EXPECT_NE(fs::path(passage.file).filename(), "b.txt");
}

TEST_F(LibraryTest, OtherFoldersStay) {
  write("one/a.txt", "Apples.");
  write("two/b.txt", "Bread.");
  write("one-more/c.txt", "Cheese.");
  const auto library = open();
  for (const char* name : {"one", "two", "one-more"}) {
    const std::vector<fs::path> folders = {folder_ / name};
    library->index(folders);
  }
  EXPECT_EQ(library->statistics().documents, 3);
  fs::remove(folder_ / "one/a.txt");
  const std::vector<fs::path> one = {folder_ / "one"};
  EXPECT_EQ(library->index(one).removed, 1);
  EXPECT_EQ(library->statistics().documents, 2);
}

TEST_F(LibraryTest, RenamedFilesKeepTheirEmbeddings) {
  write("old.txt", "A long story about a lighthouse.");
  index();
  const auto before = embedder_.embedded();
  fs::rename(folder_ / "old.txt", folder_ / "new.txt");
  const auto report = index();
  EXPECT_EQ(report.indexed, 1);
  EXPECT_EQ(report.removed, 1);
  EXPECT_EQ(embedder_.embedded(), before);
  EXPECT_EQ(found("lighthouse"), "new.txt");
  EXPECT_EQ(open()->statistics().documents, 1);
}

TEST_F(LibraryTest, FailuresAreListedAndOthersUnharmed) {
  write("good.txt", "Good text.");
  write("empty.txt", "");
  write("not.pdf", "no pdf at all");
  write("music.mp3", "la");
  ASSERT_EQ(::mkfifo((folder_ / "pipe.md").c_str(), 0600), 0);
  const auto report = index();
  EXPECT_EQ(report.indexed, 1);
  EXPECT_EQ(report.failed, 4);
  std::vector<std::string> lines;
  for (const auto& failure : report.failures)
    lines.push_back(fs::path(failure.file).filename().native() + " " + failure.reason);
  EXPECT_THAT(lines,
              testing::UnorderedElementsAre("empty.txt is empty", "not.pdf is not a PDF",
                                            HasSubstr("music.mp3 is not of a type"), HasSubstr("pipe.md is a pipe")));
  EXPECT_EQ(open()->failures().size(), 4u);
  EXPECT_EQ(open()->statistics().failed, 4);
  const auto again = index();  // still listed, not read again
  EXPECT_EQ(again.failed, 4);
  EXPECT_EQ(again.unchanged, 1);
  fs::remove(folder_ / "not.pdf");
  write("empty.txt", "Not any more.");
  const auto later = index();
  EXPECT_EQ(later.indexed, 1);
  EXPECT_EQ(later.failed, 2);
  EXPECT_EQ(open()->failures().size(), 2u);
}

TEST_F(LibraryTest, WhatIsBeingWrittenKeepsItsEarlierState) {
  IndexOptions patient;
  patient.settle = std::chrono::minutes(1);
  write("tea.txt", "Sencha steeps at seventy degrees.");
  write("old.txt", "Spokes are tightened by a quarter turn.");
  index();
  write("tea.txt", "");  // and not yet what follows
  write("old.txt", "");
  fs::last_write_time(folder_ / "old.txt", fs::file_time_type::clock::now() - std::chrono::hours(1));
  write("new.txt", "");
  const auto report = index(patient);
  EXPECT_EQ(report.unsettled, 1);
  EXPECT_EQ(report.failed, 2) << "one that is empty for long, and one of which there is nothing to keep";
  EXPECT_EQ(found("How long does sencha steep?"), "tea.txt");
  EXPECT_EQ(found("How are spokes tightened?"), "tea.txt") << "there is no other";
  write("tea.txt", "The kettle whistles.");
  EXPECT_EQ(index(patient).indexed, 1);
  write("tea.txt", "");
  EXPECT_EQ(index().failed, 3);
  EXPECT_EQ(found("What does the kettle do?"), "");
}

TEST_F(LibraryTest, FilesThatMayNotBeReadAreTriedAgain) {
  const Unprivileged somebody({folder_, file_.parent_path()});
  write("a.txt", "Apples.");
  fs::permissions(folder_ / "a.txt", fs::perms::none);
  const auto report = index();
  ASSERT_EQ(report.failed, 1);
  EXPECT_THAT(report.failures[0].reason, HasSubstr("permissions"));
  fs::permissions(folder_ / "a.txt", fs::perms::owner_all);
  EXPECT_EQ(index().indexed, 1);
  EXPECT_TRUE(open()->failures().empty());
}

TEST_F(LibraryTest, FilesThatVanishWhileOthersAreRead) {
  write("a.txt", "Apples.");
  for (int i = 0; i < 20; ++i) write("b" + std::to_string(i) + ".txt", "Bread.");
  write("z.txt", "Zebra.");
  IndexOptions options;
  options.progress = [&](const Progress&) { fs::remove(folder_ / "z.txt"); };
  const auto report = index(options);
  EXPECT_EQ(report.indexed, 21);
  ASSERT_EQ(report.failed, 1);
  EXPECT_EQ(report.failures[0].reason, "vanished before it could be read");
  EXPECT_EQ(index().failed, 0);
}

TEST_F(LibraryTest, FilesThatAreTooLarge) {
  write("big.txt", std::string(3 << 20, 'a'));
  IndexOptions options;
  options.max_file_bytes = 1 << 20;
  const auto report = index(options);
  ASSERT_EQ(report.failed, 1);
  EXPECT_EQ(report.failures[0].reason, "is larger than 1 MiB, the limit (--max-file-size)");
}

TEST_F(LibraryTest, FoldersThatDoNotExist) {
  write("a.txt", "Apples.");
  const auto library = open();
  const std::vector<fs::path> folders = {folder_, folder_ / "none"};
  const auto report = library->index(folders);
  EXPECT_EQ(report.indexed, 1);
  ASSERT_EQ(report.failed, 1);
  EXPECT_EQ(report.failures[0].reason, "does not exist");
}

TEST_F(LibraryTest, StopsAndGoesOn) {
  for (int i = 0; i < 30; ++i) {
    std::string text;
    for (int n = 0; n < 400; ++n) text += "Sentence " + std::to_string(i * 1000 + n) + " of a text. ";
    write("file" + std::to_string(i) + ".txt", text);
  }
  std::stop_source stop;
  int calls = 0;
  embedder_.before_embed = [&] {
    if (++calls == 3) stop.request_stop();
  };
  IndexOptions options;
  options.stop = stop.get_token();
  const auto report = index(options);
  EXPECT_TRUE(report.cancelled);
  EXPECT_GT(report.indexed, 0);
  EXPECT_LT(report.indexed, 30);
  const auto rest = index();
  EXPECT_FALSE(rest.cancelled);
  EXPECT_EQ(rest.unchanged, report.indexed);
  EXPECT_EQ(rest.indexed, 30 - report.indexed);
}

TEST_F(LibraryTest, AnEngineThatFailsLosesNothingCommitted) {
  for (int i = 0; i < 30; ++i)
    write("file" + std::to_string(i) + ".txt", std::string(6000, static_cast<char>('a' + i % 26)).append(" end."));
  for (int i = 0; i < 4; ++i) {
    std::string text;
    for (int n = 0; n < 3000; ++n) text += "Sentence " + std::to_string(n) + " of many. ";
    write("long" + std::to_string(i) + ".txt", text);
  }
  int calls = 0;
  embedder_.before_embed = [&] {
    if (++calls == 3) throw Error(ErrorCode::kOutOfMemory, "no more");
  };
  EXPECT_THROW(index(), Error);
  embedder_.before_embed = nullptr;
  const auto rest = index();
  EXPECT_GT(rest.unchanged, 0);
  EXPECT_EQ(rest.unchanged + rest.indexed, 34);
}

TEST_F(LibraryTest, ReportsProgress) {
  write("a.txt", "Apples and pears.");
  std::vector<std::string> stages;
  IndexOptions options;
  options.progress = [&](const Progress& progress) {
    stages.emplace_back(progress.stage);
    EXPECT_LE(progress.done, progress.total);
  };
  index(options);
  EXPECT_THAT(stages, testing::IsSupersetOf({std::string("extract"), std::string("embed")}));
}

TEST_F(LibraryTest, AnotherModelEmbedsEveryDocumentAnew) {
  write("in/a.txt", "Apples and pears.");
  write("out/b.txt", "Bread and butter.");
  index();
  embedder_.info().content_hash = "fake-2";
  EXPECT_EQ(found("bread"), "b.txt");  // by its words
  const auto before = embedder_.embedded();
  fs::remove(folder_ / "out/b.txt");  // its text is in the library
  const std::vector<fs::path> folders = {folder_ / "in"};
  const auto report = open()->index(folders);
  EXPECT_EQ(report.indexed, 2);
  EXPECT_EQ(embedder_.embedded(), before + 2);
  const auto passages = open()->search("bread butter", 1);
  ASSERT_EQ(passages.size(), 1u);
  EXPECT_GT(passages[0].similarity, 0.5);
}

TEST_F(LibraryTest, AnotherChunkerCutsTheStoredTextAnew) {
  write("in/a.md", "# Apples\n\nThey are red.\n\n# Pears\n\nThey are not.\n");
  write("out/b.txt", "Bread and butter.");
  index();
  const std::string before = dump(file_);
  execute("UPDATE recipes SET chunker = chunker - 1");
  const auto embedded = embedder_.embedded();
  const std::vector<fs::path> folders = {folder_ / "in"};
  EXPECT_EQ(open()->index(folders).indexed, 2);
  EXPECT_GT(embedder_.embedded(), embedded);
  execute("DELETE FROM folders WHERE path <> CAST('" + folder_.native() + "' AS BLOB)");
  EXPECT_EQ(difference(dump(file_), before), "");
}

TEST_F(LibraryTest, AnotherExtractorReadsEveryFileOfItsFolderAnew) {
  write("in/a.txt", "Apples and pears.");
  write("out/b.txt", "Bread and butter.");
  index();
  const std::string before = dump(file_);
  execute("UPDATE recipes SET extractor = extractor - 1");
  const auto embedded = embedder_.embedded();
  const std::vector<fs::path> in = {folder_ / "in"};
  EXPECT_EQ(open()->index(in).indexed, 1) << "the text of the other cannot be made anew without its folder";
  EXPECT_EQ(open()->index(in).indexed, 0);
  EXPECT_EQ(embedder_.embedded(), embedded + 1);
  const auto report = index();
  EXPECT_EQ(report.indexed, 1);
  EXPECT_EQ(report.unchanged, 1);
  execute("DELETE FROM folders WHERE path <> CAST('" + folder_.native() + "' AS BLOB)");
  EXPECT_EQ(difference(dump(file_), before), "");
}

TEST_F(LibraryTest, ALibraryThatIsOpenSeesWhatIsIndexedLater) {
  const auto reader = open();
  EXPECT_TRUE(reader->search("apples", 3).empty());
  write("a.txt", "Apples and pears.");
  index();
  ASSERT_EQ(reader->search("apples", 3).size(), 1u);
  write("b.txt", "Apples and bread.");
  fs::remove(folder_ / "a.txt");
  index();
  const auto passages = reader->search("apples", 3);
  ASSERT_EQ(passages.size(), 1u);
  EXPECT_EQ(fs::path(passages[0].file).filename(), "b.txt");
}

TEST_F(LibraryTest, AnswersWhileItIsIndexed) {
  write("a.txt", "Apples and pears.");
  const auto library = open();
  index(*library);
  for (int i = 0; i < 40; ++i) {
    std::string text;
    for (int n = 0; n < 300; ++n) text += "Sentence " + std::to_string(n) + " about bread. ";
    write("b" + std::to_string(i) + ".txt", text);
  }
  std::atomic<bool> done = false;
  std::atomic<int> answers = 0;
  std::jthread asking([&] {
    while (!done) {
      const auto passages = library->search("apples and pears", 1);
      ASSERT_EQ(passages.size(), 1u);
      ASSERT_EQ(fs::path(passages[0].file).filename(), "a.txt");
      ++answers;
    }
  });
  EXPECT_EQ(index(*library).indexed, 40);
  done = true;
  asking.join();
  EXPECT_GT(answers, 0);
}

TEST_F(LibraryTest, OneWriterAtATime) {
  write("a.txt", "Apples.");
  embedder_.before_embed = [&] {
    embedder_.before_embed = nullptr;
    support::expect_error(ErrorCode::kBusy, {"is being indexed by another process"}, [&] { index(); });
  };
  EXPECT_EQ(index().indexed, 1);
}

TEST_F(LibraryTest, AnyQuestionIsTaken) {
  write("a.txt", "Apples and pears.");
  index();
  const auto library = open();
  for (const char* question : {"\"", "a AND", "NEAR(", "*", "apples\" OR \"", "(", "'; DROP TABLE chunks; --"}) {
    EXPECT_NO_THROW(library->search(question, 3)) << question;
  }
  EXPECT_NO_THROW(library->search(std::string("apples\0pears\xff", 13), 3));
  EXPECT_TRUE(library->search("  \n", 3).empty());
  EXPECT_TRUE(library->search("apples", 0).empty());
  std::string endless;
  for (int i = 0; i < 5000; ++i) endless += "apples and " + std::to_string(i) + " pears ";
  EXPECT_EQ(library->search(endless, 1).size(), 1u);
}

TEST_F(LibraryTest, RefusesWhatIsNoLibrary) {
  support::write_file(file_, std::string(5000, 'x'));
  support::expect_error(ErrorCode::kCorrupt, {"test.db", "no library"}, [&] { open(); });
  fs::remove(file_);
  execute("CREATE TABLE theirs (a)");
  support::expect_error(ErrorCode::kCorrupt, {"another program's database"}, [&] { open(); });
  support::expect_error(ErrorCode::kIo, {"none"}, [&] { open_library("/none/of/this.db", embedder_); });
}

TEST_F(LibraryTest, RefusesANewerOne) {
  index();
  execute("PRAGMA user_version = 99");
  support::expect_error(ErrorCode::kVersion, {"test.db", "written by a newer Lectern"}, [&] { open(); });
}

TEST_F(LibraryTest, RefusesADecoder) {
  embedder_.info().generates = true;
  support::expect_error(ErrorCode::kInvalidArgument, {"makes no embeddings"}, [&] { open(); });
}

TEST_F(LibraryTest, Paths) {
  EXPECT_TRUE(library_path("notes").native().ends_with("/lectern/notes.db"));
  for (const char* name : {"", "a/b", ".."}) EXPECT_THROW(library_path(name), Error) << name;
}

}  // namespace
}  // namespace lectern::test
