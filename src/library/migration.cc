#include "library/migration.h"

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"
#include "library/schema.h"
#include "library/seal.h"
#include "library/writer_lock.h"

namespace lectern::library {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience =
    std::chrono::seconds(60);  // for another process's migration: some seconds for a large library
constexpr auto kPause = std::chrono::milliseconds(20);

struct Migration {
  std::int64_t from;  // it makes from + 1
  void (*run)(Database&);
};

void add_recordings(Database& database) {
  database.execute(
      "CREATE TABLE times (\n"
      "  document     INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,\n"
      "  span_begin   INTEGER NOT NULL,\n  milliseconds INTEGER NOT NULL,\n"
      "  PRIMARY KEY (document, span_begin)\n) WITHOUT ROWID");
  database.execute(
      "CREATE TABLE playlist_videos (\n"
      "  playlist BLOB NOT NULL REFERENCES folders(path) ON DELETE CASCADE,\n  video    BLOB NOT NULL,\n"
      "  PRIMARY KEY (playlist, video)\n) WITHOUT ROWID");
}

// What SQLite alone can tell of a document of version 1 is sealed as it is.
void add_seals(Database& database) {
  database.execute(
      "CREATE TABLE seals (\n"
      "  document INTEGER PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,\n"
      "  content  TEXT NOT NULL,\n  passages TEXT NOT NULL,\n  words    TEXT NOT NULL\n)");
  database.execute("ALTER TABLE folders ADD COLUMN seal TEXT NOT NULL DEFAULT ''");
  std::vector<std::int64_t> documents;
  {
    Statement rows(database, "SELECT id FROM documents");
    while (rows.step()) documents.push_back(rows.integer(0));
  }
  for (const std::int64_t document : documents) put_seal(database, document);
  for (const std::string& folder : broken_folders(database)) put_folder_seal(database, folder);
}

void make_version_2(Database& database) {
  add_recordings(database);
  add_seals(database);
}

// A later version adds its own line; those that are here never change. tests/library/data holds a library of each.
constexpr Migration kMigrations[] = {{1, make_version_2}};

std::int64_t version_of(Database& database) { return database.pragma("user_version"); }

void set_version(Database& database, std::int64_t version) {
  database.execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
}

bool is_empty(Database& database) {
  Statement count(database, "SELECT count(*) FROM sqlite_master");
  return count.step() && count.integer(0) == 0;
}

void create(Database& database) {
  database.execute("PRAGMA journal_mode = WAL");
  Transaction transaction(database, Transaction::Kind::kWrite);
  if (version_of(database) == 0) {  // nobody was faster
    database.execute(kSchema);
    database.execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    set_version(database, kSchemaVersion);
  }
  transaction.commit();
}

// Damage stays what it is: a migration would seal it.
void check_pages(Database& database) {
  Statement check(database, "PRAGMA quick_check(1)");
  if (check.step() && check.text(0) == "ok") return;
  throw Error(ErrorCode::kCorrupt, "The library " + quoted(database.file()) +
                                       " is of an earlier version and damaged: `lectern library verify` says what is "
                                       "damaged, and what can be saved.");
}

// Nothing where another process brought the library to today's version meanwhile.
std::optional<WriterLock> lock_for_migration(Database& database) {
  const auto deadline = Clock::now() + kPatience;
  while (version_of(database) < kSchemaVersion) {
    try {
      return std::optional<WriterLock>(std::in_place, database.file());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kBusy || Clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
  return std::nullopt;
}

}  // namespace

void check_is_library(Database& database) {
  if (version_of(database) == 0 && is_empty(database)) {
    throw Error(ErrorCode::kNotFound,
                "The library " + quoted(database.file()) + " holds nothing yet: fill it with `lectern index`.");
  }
  if (database.pragma("application_id") != kApplicationId) {
    throw Error(ErrorCode::kCorrupt,
                quoted(database.file()) + " is another program's database, not a library: name another file.");
  }
  const std::int64_t version = version_of(database);
  if (version > kSchemaVersion) {
    throw Error(ErrorCode::kVersion, "The library " + quoted(database.file()) +
                                         " was written by a newer Lectern (its version is " + std::to_string(version) +
                                         ", this program knows " + std::to_string(kSchemaVersion) +
                                         "): update Lectern, or name another file.");
  }
}

void migrate(Database& database) {
  if (version_of(database) == kSchemaVersion) return;
  check_pages(database);
  for (const Migration& migration : kMigrations) {
    Transaction transaction(database, Transaction::Kind::kWrite);
    if (version_of(database) != migration.from) continue;
    migration.run(database);
    set_version(database, migration.from + 1);
    transaction.commit();
  }
  if (version_of(database) == kSchemaVersion) return;
  throw Error(ErrorCode::kCorrupt, "The library " + quoted(database.file()) + " claims the version " +
                                       std::to_string(version_of(database)) +
                                       ", which no Lectern wrote: it is damaged.");
}

void create_or_migrate(Database& database) {
  if (version_of(database) == 0 && is_empty(database)) create(database);
  check_is_library(database);
  if (version_of(database) == kSchemaVersion) return;
  if (const auto lock = lock_for_migration(database)) migrate(database);
}

}  // namespace lectern::library
