// Folders that a library is kept in step with: noted, let go.
#include <gmock/gmock.h>

#include "lectern/library.h"
#include "lectern/library_file.h"
#include "library/fake_embedder.h"
#include "support/expect_error.h"
#include "support/sqlite.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class FoldersTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  std::unique_ptr<Library> open() { return open_library(file_, embedder_); }
  void write(const std::string& name) {
    fs::create_directories((folder_ / name).parent_path());
    support::write_file(folder_ / name, "This is " + name + " and no other.");
  }
  IndexReport index(const std::vector<fs::path>& folders, const IndexOptions& options = {}) {
    return open()->index(folders, options);
  }
  std::vector<std::string> files() {
    std::vector<std::string> out;
    for (const auto& document : describe_library(file_).documents) {
      out.push_back(fs::path(document.file).lexically_relative(folder_));
    }
    return out;
  }

  FakeEmbedder embedder_;
  fs::path folder_ = support::temporary_folder("documents");
  fs::path file_ = support::temporary_folder("library") / "test.db";
};

TEST_F(FoldersTest, AreNotedBeforeTheyAreRead) {
  write("one/a.txt");
  EXPECT_EQ(add_folder(file_, folder_ / "one/../one/"), (folder_ / "one").native());
  EXPECT_EQ(add_folder(file_, folder_ / "one/a.txt"), (folder_ / "one/a.txt").native());
  EXPECT_EQ(add_folder(file_, "https://youtu.be/abcdefghijk"), "https://www.youtube.com/watch?v=abcdefghijk");
  const auto library = summarize_library(file_);
  EXPECT_EQ(library.folders.size(), 3u);
  EXPECT_EQ(library.documents, 0);
  EXPECT_TRUE(verify_library(file_).sound());
}

TEST_F(FoldersTest, ThatMakeNoSense) {
  for (const char* path :
       {"relative", "", "/", "/proc", "/dev/null", "/sys/kernel", "/tmp/../proc/1", "https://example.org/"})
    support::expect_error(ErrorCode::kInvalidArgument, {}, [&] { add_folder(file_, path); });
  support::expect_error(ErrorCode::kNotFound, {}, [&] { add_folder(file_, folder_ / "missing"); });
  support::expect_error(ErrorCode::kNotFound, {}, [&] { add_folder(folder_ / "missing.db", folder_); });
  support::expect_error(ErrorCode::kNotFound, {}, [&] { remove_folder(file_, folder_); });
  EXPECT_THAT(summarize_library(file_).folders, IsEmpty());
}

TEST_F(FoldersTest, TakeWithThemWhatNoOtherHolds) {
  for (const char* name : {"one/a.txt", "two/b.txt", "two/deep/c.txt", "two-and-a-half/d.txt"}) write(name);
  index({folder_ / "one", folder_ / "two", folder_ / "two/deep", folder_ / "two-and-a-half"});
  EXPECT_EQ(remove_folder(file_, folder_ / "two"), 1);
  EXPECT_THAT(files(), ElementsAre("one/a.txt", "two-and-a-half/d.txt", "two/deep/c.txt"));
  EXPECT_EQ(remove_folder(file_, folder_ / "two/deep/"), 1);
  EXPECT_EQ(remove_folder(file_, folder_ / "one"), 1);
  EXPECT_THAT(files(), ElementsAre("two-and-a-half/d.txt"));
  EXPECT_TRUE(verify_library(file_).sound());
  EXPECT_TRUE(fs::exists(folder_ / "one/a.txt"));
}

TEST_F(FoldersTest, PlaylistsTakeTheirVideosWithThem) {
  const std::string list = "https://www.youtube.com/playlist?list=PLone",
                    other = "https://www.youtube.com/playlist?list=PLtwo";
  add_folder(file_, list);
  add_folder(file_, other);
  {
    support::Sqlite database(file_);
    database.execute("INSERT INTO recipes VALUES (1, 1, 1, 'model', 2)");
    for (const char* video : {"a", "b"}) {
      database.execute(std::string("INSERT INTO documents (path, recipe, size, modified_ns, content_hash, type, text) "
                                   "VALUES (CAST('https://www.youtube.com/watch?v=") +
                       video + "' AS BLOB), 1, 0, 0, 'x', 'youtube', 'said')");
      database.execute("INSERT INTO playlist_videos VALUES (CAST('" + list +
                       "' AS BLOB), CAST('https://www.youtube.com/watch?v=" + video + "' AS BLOB))");
    }
    database.execute("INSERT INTO playlist_videos VALUES (CAST('" + other +
                     "' AS BLOB), CAST('https://www.youtube.com/watch?v=b' AS BLOB))");
  }
  EXPECT_EQ(remove_folder(file_, list), 1);
  const auto left = describe_library(file_).documents;
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].file, "https://www.youtube.com/watch?v=b");
  EXPECT_EQ(remove_folder(file_, other), 1);
}

TEST_F(FoldersTest, APausedRunHasReadTheNewestAndGoesOnLater) {
  std::string text;  // more than one batch of the engine
  for (int i = 0; i < 20'000; ++i) text += "Sentence " + std::to_string(i) + " goes on. ";
  for (const char* name : {"a.txt", "b.txt", "c.txt"}) support::write_file(folder_ / name, name + text);
  write("gone.txt");
  const auto hours = [](int n) { return fs::file_time_type::clock::now() + std::chrono::hours(n); };
  fs::last_write_time(folder_ / "gone.txt", hours(3));
  fs::last_write_time(folder_ / "b.txt", hours(2));
  fs::last_write_time(folder_ / "c.txt", hours(1));
  IndexOptions options;
  options.newest_first = true;
  options.pause = [] { return true; };
  auto report = index({folder_}, options);
  EXPECT_TRUE(report.cancelled);
  const std::vector<std::string> first = files();
  EXPECT_THAT(first, testing::Contains("gone.txt"));
  EXPECT_LT(first.size(), 4u);
  fs::remove(folder_ / "gone.txt");
  report = index({folder_}, options);
  EXPECT_EQ(report.removed, 1) << "also by a run that is paused";
  const auto library = open();
  while (library->index(std::vector{folder_}, options).cancelled) {
  }
  EXPECT_THAT(files(), ElementsAre("a.txt", "b.txt", "c.txt"));
}

TEST_F(FoldersTest, APausedRunGoesOnInTheMiddleOfADocument) {
  std::string text;  // many batches of the engine
  for (int i = 0; i < 20'000; ++i) text += "Sentence " + std::to_string(i) + " goes on. ";
  support::write_file(folder_ / "long.txt", text);
  fs::last_write_time(folder_ / "long.txt", fs::file_time_type::clock::now() - std::chrono::hours(1));
  IndexOptions options;
  options.newest_first = true;
  options.pause = [] { return true; };
  const auto library = open();
  int runs = 0;
  for (bool cancelled = true; cancelled; ++runs) {
    if (runs == 2) write("short.txt");
    cancelled = library->index(std::vector{folder_}, options).cancelled;
    if (runs == 4) {
      EXPECT_THAT(files(), ElementsAre("short.txt")) << "while the long one is under way";
    }
  }
  EXPECT_GT(runs, 5);
  EXPECT_THAT(files(), ElementsAre("long.txt", "short.txt"));
  FakeEmbedder another;
  open_library(support::temporary_folder("library") / "at-once.db", another)->index(std::vector{folder_});
  EXPECT_EQ(embedder_.embedded(), another.embedded()) << "nothing is embedded twice";
  EXPECT_TRUE(verify_library(file_).sound());
  EXPECT_FALSE(library->search("Sentence 19999 goes on", 1).empty());
}

TEST_F(FoldersTest, WhatChangedWhileItWasPutOffIsReadAnew) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "Sentence " + std::to_string(i) + " goes on. ";
  support::write_file(folder_ / "long.txt", text);
  IndexOptions options;
  options.pause = [] { return true; };
  const auto library = open();
  EXPECT_TRUE(library->index(std::vector{folder_}, options).cancelled);
  write("long.txt");
  EXPECT_FALSE(library->index(std::vector{folder_}).cancelled);
  EXPECT_EQ(library->statistics().chunks, 1);
  EXPECT_EQ(library->search("other", 1).at(0).text, "This is long.txt and no other.");
}

}  // namespace
}  // namespace lectern::test
