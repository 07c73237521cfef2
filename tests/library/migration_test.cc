// Libraries of earlier schema versions: tests/library/data holds one of each, made by the program that wrote it.
#include "library/migration.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "lectern/library.h"
#include "library/dump.h"
#include "library/fake_embedder.h"
#include "library/seal.h"
#include "library/store.h"
#include "library/writer_lock.h"
#include "support/expect_error.h"
#include "support/sqlite.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;
using support::Sqlite;
using testing::ElementsAre;

const fs::path kSample = "tests/library/data/version-1";

class MigrationTest : public testing::Test {
 protected:
  void SetUp() override { fs::copy_file(kSample / "library.db", file_); }
  std::unique_ptr<Library> open() { return open_library(file_, embedder_); }
  std::string version() { return Sqlite(file_).value("PRAGMA user_version"); }

  FakeEmbedder embedder_;
  fs::path folder_ = support::temporary_folder("library");
  fs::path file_ = folder_ / "old.db";
};

std::vector<std::string> schema(const fs::path& file) {
  Sqlite database(file);
  return database.rows(
      "SELECT m.type, m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m LEFT JOIN "
      "pragma_table_xinfo(m.name) "
      "c ORDER BY 1, 2, 3");
}

TEST_F(MigrationTest, TheSampleIsOfVersion1) { EXPECT_EQ(version(), "1"); }

TEST_F(MigrationTest, MakesWhatANewLibraryIs) {
  open();
  EXPECT_EQ(version(), std::to_string(library::kSchemaVersion));
  const fs::path fresh = folder_ / "new.db";
  open_library(fresh, embedder_);
  EXPECT_EQ(schema(file_), schema(fresh));
  EXPECT_EQ(Sqlite(file_).value("PRAGMA integrity_check"), "ok");
}

TEST_F(MigrationTest, KeepsAllThatItHeld) {
  const auto rows = [&] {
    Sqlite database(file_);
    std::vector<std::string> all;
    for (const char* sql :
         {"SELECT path FROM folders", "SELECT * FROM recipes",
          "SELECT id, path, recipe, size, modified_ns, content_hash, type, title, text, failure FROM documents",
          "SELECT document, span_begin, span_end, level FROM headings",
          "SELECT document, number, span_begin, span_end, hex(boxes) FROM pages",
          "SELECT id, document, page, heading, span_begin, span_end, word_pieces, hex(embedding) FROM chunks"}) {
      for (std::string& row : database.rows(sql)) all.push_back(std::move(row));
    }
    return all;
  };
  const auto before = rows();
  ASSERT_GT(before.size(), 20u);
  const auto library = open();
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(library->statistics().documents, 3);
  EXPECT_EQ(library->statistics().chunks, 12);
  EXPECT_THAT(library->statistics().folders, ElementsAre("/srv/reading"));
  const auto passages = library->search("corners of a wick", 1);
  ASSERT_EQ(passages.size(), 1u);
  EXPECT_EQ(passages[0].file, "/srv/reading/lamps.md");
  EXPECT_EQ(passages[0].heading, "Oil lamps › Wicks");
  EXPECT_EQ(passages[0].span.end, 170);
}

TEST_F(MigrationTest, SealsWhatItHeld) {
  library::Store store(file_);
  for (const auto& document : store.documents()) {
    EXPECT_EQ(library::stored_seal(store.database(), document.id), library::make_seal(store.database(), document.id))
        << document.path;
  }
  EXPECT_THAT(library::broken_folders(store.database()), testing::IsEmpty());
}

TEST_F(MigrationTest, TheNextIndexMakesItWhatItWouldBeToday) {
  const fs::path documents = folder_ / "documents";
  fs::copy(kSample / "documents", documents);
  Sqlite(file_).execute("UPDATE documents SET path = CAST(replace(CAST(path AS TEXT), '/srv/reading', '" +
                        documents.native() + "') AS BLOB)");
  const std::vector<fs::path> folders = {documents};
  const auto report = open()->index(folders);
  EXPECT_EQ(report.indexed, 3);  // with another model
  EXPECT_EQ(report.failed, 1);
  const fs::path fresh = folder_ / "new.db";
  open_library(fresh, embedder_)->index(folders);
  Sqlite(file_).execute("DELETE FROM folders WHERE path = CAST('/srv/reading' AS BLOB)");
  EXPECT_EQ(difference(dump(file_), dump(fresh)), "");
}

// A program of version 1 that is still running reads on: what it knows is still there.
TEST_F(MigrationTest, ReadersOfTheEarlierVersionReadOn) {
  const std::string question =
      "SELECT count(*) FROM chunks c JOIN documents d ON d.id = c.document JOIN chunk_words w ON w.rowid = c.id "
      "WHERE chunk_words MATCH 'wick'";
  Sqlite inside(file_), between(file_);
  inside.execute("BEGIN");
  EXPECT_EQ(inside.value(question), "1");
  EXPECT_EQ(between.value(question), "1");
  open();
  EXPECT_EQ(inside.value("PRAGMA user_version"), "1") << "its snapshot is from before";
  EXPECT_EQ(inside.value(question), "1");
  inside.execute("COMMIT");
  EXPECT_EQ(inside.value("PRAGMA user_version"), std::to_string(library::kSchemaVersion));
  EXPECT_EQ(between.value(question), "1");
}

TEST_F(MigrationTest, WaitsForAnotherThatHoldsTheLock) {
  std::optional<library::WriterLock> lock(std::in_place, file_);
  std::atomic<bool> opened = false;
  std::jthread other([&] {
    FakeEmbedder embedder;
    open_library(file_, embedder);
    opened = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(opened);
  EXPECT_EQ(version(), "1");
  lock.reset();
  other.join();
  EXPECT_EQ(version(), std::to_string(library::kSchemaVersion));
}

TEST_F(MigrationTest, ManyAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      FakeEmbedder embedder;
      EXPECT_EQ(open_library(file_, embedder)->statistics().chunks, 12);
    });
  }
  threads.clear();
  EXPECT_EQ(version(), std::to_string(library::kSchemaVersion));
}

TEST_F(MigrationTest, ADamagedOneIsNotMigrated) {
  auto bytes = support::read_file(file_);
  const auto page = std::stoul(Sqlite(file_).value("SELECT rootpage FROM sqlite_master WHERE name = 'chunks'"));
  bytes.at((page - 1) * 4096 + 3) ^= std::byte{0x40};  // its number of cells
  support::write_file(file_, bytes);
  support::expect_error(ErrorCode::kCorrupt, {"old.db", "damaged", "lectern library verify"}, [&] { open(); });
  EXPECT_EQ(support::read_file(file_), bytes);
}

}  // namespace
}  // namespace lectern::test
