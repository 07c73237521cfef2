#include "server/chat_database.h"

#include <fmt/format.h>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::server {
namespace {

constexpr std::int64_t kApplicationId = 0x4c636368;  // "Lcch"
constexpr std::int64_t kVersion = 1;

constexpr DatabaseWording kWording = {
    "The file of kept chats", "It is damaged, or another program's: move it away, and new chats are kept in a new one.",
    "It is damaged: move it away, and new chats are kept in a new one. `sqlite3 FILE .recover` reads what can be "
    "saved."};

constexpr const char* kSchema =
    "CREATE TABLE chats (\n"
    "  id         TEXT PRIMARY KEY,\n"
    "  title      TEXT NOT NULL,\n"
    "  library    TEXT,              -- that its questions were asked of\n"
    "  created_ms INTEGER NOT NULL,  -- since 1970\n"
    "  updated_ms INTEGER NOT NULL,\n"
    "  revision   INTEGER NOT NULL,\n"
    "  count      INTEGER NOT NULL,  -- of messages\n"
    "  messages   TEXT NOT NULL,     -- a JSON array\n"
    "  folded     TEXT NOT NULL      -- title and texts, for searching\n"
    ");\n"
    "CREATE INDEX chats_by_change ON chats (updated_ms);\n";

void create(Database& database) {
  Transaction transaction(database, Transaction::Kind::kWrite);
  if (database.pragma("user_version") == 0) {  // nobody was faster
    database.execute(kSchema);
    database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
    database.execute(fmt::format("PRAGMA user_version = {}", kVersion).c_str());
  }
  transaction.commit();
}

bool is_empty(Database& database) {
  Statement count(database, "SELECT count(*) FROM sqlite_master");
  return count.step() && count.integer(0) == 0;
}

void check(Database& database) {
  if (database.pragma("application_id") != kApplicationId) {
    throw Error(ErrorCode::kCorrupt, "The file of kept chats " + quoted(database.file()) +
                                         " is another program's: move it away, and chats are kept in a new one.");
  }
  if (database.pragma("user_version") > kVersion) {
    throw Error(ErrorCode::kVersion, "The file of kept chats " + quoted(database.file()) +
                                         " was written by a newer Lectern: update Lectern, or move the file away.");
  }
}

}  // namespace

ChatDatabase::ChatDatabase(const std::filesystem::path& file) : database_(file, Database::Mode::kCreate, kWording) {
  if (database_.pragma("user_version") == 0 && is_empty(database_)) create(database_);
  check(database_);
  // SQLite's own defaults suit files that are opened for each call: a rollback journal, and commits that wait for the
  // disk.
}

}  // namespace lectern::server
