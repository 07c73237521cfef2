#include "library/mend.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "lectern/error.h"
#include "library/chunk_words.h"
#include "library/existing.h"
#include "library/migration.h"
#include "library/seal.h"

namespace lectern::library {
namespace {

constexpr const char* kTruth[] = {"folders", "recipes", "documents", "headings",       "pages",
                                  "times",   "chunks",  "seals",     "playlist_videos"};

std::string columns_of(Database& database, std::string_view table) {
  Statement rows(database, "SELECT name FROM pragma_table_info(?)");
  rows.bind_text(0, table);
  std::string out;
  while (rows.step()) out += (out.empty() ? "" : ", ") + std::string(rows.text(0));
  return out;
}

// Rows of a document that is gone come along: foreign keys are off, so that a check of the copy finds them.
void copy_truth(Database& copy) {
  for (const std::string table : kTruth) {
    const std::string columns = columns_of(copy, table);
    copy.execute(("INSERT INTO main." + table + " (" + columns + ") SELECT " + columns + " FROM damaged." + table +
                  " NOT INDEXED")
                     .c_str());
  }
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
void copy_last_chunk(Database& copy) {
  std::int64_t last = integer(copy, "SELECT max(id) FROM main.chunks");
  try {
    last = std::max(last, integer(copy, "SELECT max(seq) FROM damaged.sqlite_sequence WHERE name = 'chunks'"));
  } catch (const Error& error) {
    if (!means_damage(error)) throw;
  }
  copy.execute("DELETE FROM main.sqlite_sequence");
  Statement put(copy, "INSERT INTO main.sqlite_sequence (name, seq) VALUES ('chunks', ?)");
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
    Statement attach(*copy_, "ATTACH ? AS damaged");
    attach.bind_text(0, library.file().native()).run();
    Transaction transaction(*copy_, Transaction::Kind::kWrite);
    copy_truth(*copy_);
    copy_last_chunk(*copy_);
    transaction.commit();
  } catch (...) {
    copy_.reset();
    remove_copy();
    throw;
  }
  copy_->execute("DETACH damaged");
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
