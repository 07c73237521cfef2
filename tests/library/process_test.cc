// Writers that are killed, and writers beside each other.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lectern/library.h"
#include "library/fake_embedder.h"
#include "support/expect_error.h"
#include "support/sqlite.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 24;

class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kFiles; ++i) {
      std::string text = "This is document " + std::to_string(i) + ". ";
      for (int n = 0; n < 300; ++n) text += "It has sentence " + std::to_string(n) + " of three hundred. ";
      support::write_file(folder_ / ("file" + std::to_string(i) + ".txt"), text);
    }
  }
  IndexReport index(FakeEmbedder& embedder) {
    const std::vector<fs::path> folders = {folder_};
    return open_library(file_, embedder)->index(folders);
  }
  // Indexes in another process, which calls `at` in its `call`th call of the engine.
  pid_t index_elsewhere(int call, std::function<void()> at) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    FakeEmbedder embedder;
    int calls = 0;
    embedder.before_embed = [&] {
      if (++calls == call) at();
    };
    try {
      index(embedder);
    } catch (const Error& error) {
      std::cerr << "the other process: " << error.what() << std::endl;
      ::_exit(1);
    }
    ::_exit(0);
  }

  fs::path folder_ = support::temporary_folder("documents");
  fs::path file_ = support::temporary_folder("library") / "test.db";
};

TEST_F(ProcessTest, AKilledWriterLosesNothingCommitted) {
  for (const int call : {1, 2, 4}) {
    const pid_t child = index_elsewhere(call, [] { ::raise(SIGKILL); });
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
  FakeEmbedder embedder;
  const auto library = open_library(file_, embedder);
  const auto committed = library->statistics();
  EXPECT_GT(committed.documents, 0);
  EXPECT_LT(committed.documents, kFiles);
  // Their first passages differ by a number; the others are alike, and folded.
  EXPECT_GE(library->search("document", 50).size(), static_cast<std::size_t>(committed.documents));
  const auto report = index(embedder);
  EXPECT_EQ(report.unchanged, committed.documents);
  EXPECT_EQ(report.indexed, kFiles - committed.documents);
  EXPECT_EQ(library->statistics().documents, kFiles);
  EXPECT_EQ(library->statistics().chunks, committed.chunks + report.chunks);
}

TEST_F(ProcessTest, ASecondWriterIsRefusedAndReadersAreNot) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = index_elsewhere(2, [&] {
    if (::write(ends[1], "x", 1) == 1) ::pause();  // in the middle, the lock held
  });
  char byte;
  ASSERT_EQ(::read(ends[0], &byte, 1), 1);
  FakeEmbedder embedder;
  support::expect_error(ErrorCode::kBusy, {"test.db", "another process"}, [&] { index(embedder); });
  EXPECT_FALSE(open_library(file_, embedder)->search("document", 5).empty());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_GT(index(embedder).indexed, 0);  // the lock went with its holder
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(ProcessTest, ReadersAnswerWhileAWriterIsInItsTransaction) {
  FakeEmbedder embedder;
  index(embedder);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    support::Sqlite writer(file_);
    writer.execute("BEGIN EXCLUSIVE");
    writer.execute("DELETE FROM chunks");
    writer.execute("UPDATE documents SET text = 'none'");
    if (::write(ends[1], "x", 1) == 1) ::pause();
    ::_exit(0);
  }
  char byte;
  ASSERT_EQ(::read(ends[0], &byte, 1), 1);
  const auto ask = [&] { return open_library(file_, embedder)->search("document 7", 5); };
  const auto during = ask();
  ASSERT_EQ(during.size(), 5u);
  EXPECT_NE(during[0].text.find("sentence"), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto after = ask();
  ASSERT_EQ(after.size(), 5u);
  EXPECT_EQ(after[0].text, during[0].text);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace lectern::test
