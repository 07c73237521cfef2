#include "library/mend.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/error.h"
#include "library/chunk_words.h"
#include "library/existing.h"
#include "library/migration.h"
#include "library/seal.h"

namespace lectern::library {
namespace {

struct Table {
  const char* name;
  const char* key;  // the order of its rows in the file
};

constexpr Table kTruth[] = {{"folders", "path"},
                            {"recipes", "id"},
                            {"headings", "document, span_begin"},
                            {"pages", "document, number"},
                            {"times", "document, span_begin"},
                            {"chunks", "id"},
                            {"seals", "document"},
                            {"playlist_videos", "playlist, video"}};

std::string columns_of(Database& database, std::string_view table) {
  Statement rows(database, "SELECT name FROM pragma_table_info(?)");
  rows.bind_text(0, table);
  std::string out;
  while (rows.step()) out += (out.empty() ? "" : ", ") + std::string(rows.text(0));
  return out;
}

// Copies rows one by one, each side with a connection of its own: one that has met damage writes no more.
class RowCopier {
 public:
  RowCopier(Database& library, Database& copy, const std::string& table)
      : library_(library),
        columns_(columns_of(copy, table)),
        from_(" FROM " + table + " NOT INDEXED "),
        put_(copy, "INSERT OR IGNORE INTO " + table + " (" + columns_ + ") SELECT " + placeholders()) {}

  // False where the reading met damage.
  bool copy(const std::string& which, std::int64_t document = 0) {
    try {
      Statement rows(library_, "SELECT " + columns_ + from_ + which);
      if (document != 0) rows.bind(0, document);
      while (rows.step()) put(rows);
      return true;
    } catch (const Error& error) {
      if (!means_damage(error)) throw;
      return false;
    }
  }

 private:
  std::string placeholders() const {
    std::string out = "?";
    for (const char c : columns_) out += c == ',' ? ", ?" : "";
    return out;
  }
  void put(const Statement& row) {
    for (int i = 0; i < row.columns(); ++i) put_.bind_column(i, row, i);
    put_.run();
  }

  Database& library_;
  const std::string columns_, from_;
  Statement put_;
};

// Around a damaged place, from both ends. Rows whose document is gone come along: foreign keys are off, so that a check
// of the copy finds them.
bool copy_table(Database& library, Database& copy, const Table& table) {
  RowCopier rows(library, copy, table.name);
  if (rows.copy("")) return true;
  std::string backwards = table.key;
  if (const auto comma = backwards.find(','); comma != std::string::npos) backwards.insert(comma, " DESC");
  rows.copy("ORDER BY " + backwards + " DESC");
  return false;
}

// One by one: each has pages of its own that may be damaged.
bool copy_documents(Database& library, Database& copy) {
  RowCopier rows(library, copy, "documents");
  bool whole = true;
  for (const std::int64_t document : find_documents(library)) whole &= rows.copy("WHERE id = ?", document);
  return whole;
}

// Means nothing without its document.
void remove_orphans(Database& copy) {
  for (const std::string table : {"headings", "pages", "times", "chunks", "seals"}) {
    copy.execute(("DELETE FROM " + table + " WHERE document NOT IN (SELECT id FROM documents)").c_str());
  }
  copy.execute("DELETE FROM playlist_videos WHERE playlist NOT IN (SELECT path FROM folders)");
}

std::int64_t integer(Database& database, const char* sql) {
  Statement statement(database, sql);
  return statement.step() ? statement.integer(0) : 0;
}

// No number of a chunk is used twice, also of those that were removed.
void copy_last_chunk(Database& library, Database& copy) {
  std::int64_t last = integer(copy, "SELECT max(id) FROM chunks");
  try {
    last = std::max(last, integer(library, "SELECT max(seq) FROM sqlite_sequence WHERE name = 'chunks'"));
  } catch (const Error& error) {
    if (!means_damage(error)) throw;
  }
  copy.execute("DELETE FROM sqlite_sequence");
  Statement put(copy, "INSERT INTO sqlite_sequence (name, seq) VALUES ('chunks', ?)");
  put.bind(0, last).run();
}

void make_words(Database& copy) {
  ChunkWords words(copy);
  Statement chunks(copy,
                   "SELECT c.id, c.heading, substr(CAST(d.text AS BLOB), c.span_begin + 1, c.span_end - c.span_begin) "
                   "FROM chunks c JOIN documents d ON d.id = c.document");
  while (chunks.step()) words.put(chunks.integer(0), chunks.text(1), chunks.blob(2));
}

// Only the words: what else differs stays to be found.
void seal_words(Database& copy) {
  Statement documents(copy, "SELECT id FROM documents");
  Statement put(copy, "UPDATE seals SET words = ? WHERE document = ?");
  while (documents.step()) {
    const std::string words = hash_words(copy, documents.integer(0));
    put.bind_text(0, words).bind(1, documents.integer(0)).run();
  }
}

void put_in_place(Database& copy, Database& library) {
  sqlite3_backup* backup = sqlite3_backup_init(library.handle(), "main", copy.handle(), "main");
  if (backup == nullptr) library.fail(sqlite3_extended_errcode(library.handle()));
  const int step = sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE) library.fail(code != SQLITE_OK ? code : step);
}

}  // namespace

Mending::Mending(Database& library) : library_(library), file_(library.file().native() + "-mended") {
  remove_copy();
  try {
    create_or_migrate(copy_.emplace(file_));
    copy_->execute("PRAGMA foreign_keys = OFF");
    Transaction transaction(*copy_, Transaction::Kind::kWrite);
    complete_ = copy_documents(library, *copy_);
    for (const Table& table : kTruth) complete_ &= copy_table(library, *copy_, table);
    copy_last_chunk(library, *copy_);
    transaction.commit();
  } catch (...) {
    copy_.reset();
    remove_copy();
    throw;
  }
}

Mending::~Mending() {
  copy_.reset();
  remove_copy();
}

void Mending::remove_copy() const {
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    std::filesystem::remove(file_.native() + ending, ignored);
  }
}

void Mending::finish() {
  Transaction transaction(*copy_, Transaction::Kind::kWrite);
  remove_orphans(*copy_);
  make_words(*copy_);
  seal_words(*copy_);
  transaction.commit();
  put_in_place(*copy_, library_);
}

}  // namespace lectern::library
