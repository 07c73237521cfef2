// A write, a sync, an allocation that fails, a process that dies there: the library opens, answers from what was
// committed, and the next `index` makes it what an undisturbed one would have made. A sample of the places here,
// LECTERN_CRASH_TEST=full takes the first 500 of each kind (scripts/crash-test).
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "lectern/library.h"
#include "lectern/library_file.h"
#include "library/documents.h"
#include "library/dump.h"
#include "library/failing_vfs.h"
#include "library/fake_embedder.h"
#include "support/sanitizer.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;

bool full() {
  const char* value = std::getenv("LECTERN_CRASH_TEST");
  return value != nullptr && std::string_view(value) == "full";
}

// `count` of the places 1 … last.
std::vector<int> spread(int last, int count) {
  std::vector<int> out;
  for (int place = 1; place <= last; place += std::max(last / count, 1)) out.push_back(place);
  return out;
}

// How many places to try: `sample` of them, or `in_full`.
struct Count {
  int sample = 0, in_full = 500;

  int get() const { return full() ? in_full : kSanitizer ? std::max(sample / 4, 2) : sample; }
};

// Of the first 500.
std::vector<int> places(int calls, Count count) { return spread(std::min(calls, 500), count.get()); }

std::multiset<std::string> lines(const std::string& text) {
  std::multiset<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.insert(line);
  return out;
}

class CrashTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { install_failing_vfs(); }

  void SetUp() override {
    const int sentences = full() ? 1000 : 60;
    for (int i = 0; i < 3; ++i) {
      std::string text = "# Document " + std::to_string(i) + "\n\n## Its first part\n\n";
      for (int n = 0; n < sentences; ++n) text += "Sentence " + std::to_string(n) + " is one of many that it has. ";
      write("text" + std::to_string(i) + ".md", text + "\n\n## Its second part\n\nThe end of the document.\n");
    }
    write("page.html",
          "<html><head><title>A page</title></head><body><h1>Page</h1><p>A document of HTML.</p></body></html>");
    write("tree.xml", "<tree><leaf>A document of XML.</leaf></tree>");
    write("word.docx", make_docx(paragraph("Heading", "Heading1") + paragraph("A document of Word."), "Word"));
    write("paper.pdf",
          make_pdf({{{72, 700, 11, "A document of two pages."}}, {{72, 700, 11, "Its second page."}}}, "Paper"));
    write("empty.txt", "");
    index(reference_);
    expected_ = dump(reference_);
  }

  void write(const std::string& name, const std::string& text) { support::write_file(folder_ / name, text); }

  IndexReport index(const fs::path& library) {
    const std::vector<fs::path> folders = {folder_};
    return open_library(library, embedder_)->index(folders);
  }

  fs::path fresh() {
    const fs::path library = libraries_ / (std::to_string(++count_) + ".db");
    return library;
  }

  int calls_of(Call call) {
    arm(call, Fault::kError, 1'000'000);
    index(fresh());
    return disarm();
  }

  // What was committed is what it would be, and it can be used.
  void expect_usable(const fs::path& library) {
    const auto opened = open_library(library, embedder_);
    const auto statistics = opened->statistics();
    const auto passages = opened->search("document", 100);
    EXPECT_EQ(passages.empty(), statistics.documents == 0);
    EXPECT_LE(statistics.documents, 20);
    const auto all = lines(expected_), held = lines(dump(library));
    EXPECT_TRUE(std::includes(all.begin(), all.end(), held.begin(), held.end()));
  }

  void expect_completes(const fs::path& library) {
    index(library);
    EXPECT_EQ(difference(dump(library), expected_), "");
    const LibraryCheck check = verify_library(library);
    for (const auto& damage : check.damages) ADD_FAILURE() << damage.file << ": " << damage.what;
  }

  void try_fault(Call call, Fault fault, int nth) {
    std::ostringstream trace;
    trace << fault << " at " << call << " " << nth;
    SCOPED_TRACE(trace.str());
    const fs::path library = fresh();
    arm(call, fault, nth);
    try {
      index(library);
    } catch (const Error& error) {
      ++told_;
      EXPECT_NE(error.code(), ErrorCode::kInternal) << error.what();
      EXPECT_NE(error.code(), ErrorCode::kCorrupt) << error.what();
    }
    disarm();
    expect_usable(library);
    expect_completes(library);
  }

  void try_all(Call call, Fault fault, Count count) {
    const int calls = calls_of(call);
    try_places(call, fault, places(calls, count), calls);
  }

  void try_places(Call call, Fault fault, const std::vector<int>& chosen, int calls) {
    told_ = 0;
    for (const int place : chosen) {
      try_fault(call, fault, place);
      if (HasFailure()) return;
    }
    std::cout << "[ figures  ] " << fault << " at " << call << ": " << chosen.size() << " of " << calls << " places, "
              << told_ << " told as an error\n";
  }

  FakeEmbedder embedder_;
  fs::path folder_ = support::temporary_folder("documents");
  fs::path libraries_ = support::temporary_folder("libraries");
  fs::path reference_ = libraries_ / "reference.db";
  std::string expected_;
  int count_ = 0, told_ = 0;
};

TEST_F(CrashTest, WritesThatFail) { try_all(Call::kWrite, Fault::kError, {12}); }
TEST_F(CrashTest, WritesThatStopHalfWay) { try_all(Call::kWrite, Fault::kHalf, {8, 100}); }
TEST_F(CrashTest, DisksThatAreFull) { try_all(Call::kWrite, Fault::kFullDisk, {12, 100}); }
TEST_F(CrashTest, SyncsThatFail) { try_all(Call::kSync, Fault::kError, {8}); }
TEST_F(CrashTest, TruncationsThatFail) { try_all(Call::kTruncate, Fault::kError, {4}); }
TEST_F(CrashTest, FilesThatCannotBeOpened) { try_all(Call::kOpen, Fault::kError, {4}); }
TEST_F(CrashTest, FilesThatCannotBeDeleted) { try_all(Call::kDelete, Fault::kError, {4}); }
TEST_F(CrashTest, SharedMemoryThatIsRefused) { try_all(Call::kShare, Fault::kError, {4}); }
TEST_F(CrashTest, MemoryThatSqliteDoesNotGet) { try_all(Call::kAllocate, Fault::kError, {4}); }
TEST_F(CrashTest, MemoryThatSqliteDoesNotGetLater) {
  const int calls = calls_of(Call::kAllocate);
  try_places(Call::kAllocate, Fault::kError, spread(calls, Count{10, 100}.get()), calls);
}

// The process dies at a write, which no `kill` from outside would hit.
TEST_F(CrashTest, DeathAtAWrite) {
  const int calls = calls_of(Call::kWrite);
  const auto chosen = places(calls, {12, 100});
  for (const int place : chosen) {
    SCOPED_TRACE(place);
    const fs::path library = fresh();
    const pid_t child = ::fork();
    if (child == 0) {
      arm(Call::kWrite, Fault::kDeath, place);
      index(library);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    expect_usable(library);
    expect_completes(library);
    if (HasFailure()) return;
  }
  std::cout << "[ figures  ] death at write: " << chosen.size() << " of " << calls << " places\n";
}

// A migration that dies leaves a library of the one version or the other.
TEST_F(CrashTest, DeathInAMigration) {
  const fs::path sample = "tests/library/data/version-1/library.db";
  const fs::path whole = fresh();
  fs::copy_file(sample, whole);
  arm(Call::kWrite, Fault::kError, 1'000'000);
  open_library(whole, embedder_);
  const int calls = disarm();
  const std::string migrated = dump(whole);
  for (const int place : places(calls, {8})) {
    SCOPED_TRACE(place);
    const fs::path library = fresh();
    fs::copy_file(sample, library);
    const pid_t child = ::fork();
    if (child == 0) {
      arm(Call::kWrite, Fault::kDeath, place);
      open_library(library, embedder_);
      ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    open_library(library, embedder_);
    EXPECT_EQ(difference(dump(library), migrated), "");
    EXPECT_TRUE(verify_library(library).sound());
  }
}

TEST_F(CrashTest, AllocationsOfTheWorkerThatFail) {
  if (kSanitizer) GTEST_SKIP() << "a sanitizer brings its own allocator";
  const fs::path programs = support::temporary_folder("workers");
  int hit = 0;
  const auto chosen = places(500, {12});
  for (const int place : chosen) {
    SCOPED_TRACE(place);
    const fs::path worker = programs / ("worker-" + std::to_string(place));
    fs::create_symlink(LECTERN_FAILING_WORKER, worker);
    const fs::path library = fresh();
    ::setenv("LECTERN_EXTRACTOR", worker.c_str(), 1);
    const auto report = index(library);
    ::unsetenv("LECTERN_EXTRACTOR");
    hit += report.failed > 1 ? 1 : 0;  // one document is empty
    for (const auto& failure : report.failures) {
      if (failure.file.ends_with("empty.txt")) continue;
      EXPECT_NE(failure.reason.find("of memory"), std::string::npos) << failure.reason;
    }
    expect_completes(library);
    if (HasFailure()) return;
  }
  EXPECT_GT(hit, 0);
  std::cout << "[ figures  ] allocation in the worker: " << chosen.size() << " places, " << hit << " hit\n";
}

}  // namespace
}  // namespace lectern::test
