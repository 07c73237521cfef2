// Whether a library is whole.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/half.h"
#include "core/letters.h"
#include "core/paths.h"
#include "lectern/error.h"
#include "lectern/library_file.h"
#include "library/existing.h"
#include "library/mend.h"
#include "library/migration.h"
#include "library/schema.h"
#include "library/seal.h"
#include "library/writer_lock.h"

namespace lectern {
namespace library {
namespace {

constexpr double kLengthTolerance = 0.01;  // of an embedding: F16 keeps three digits

// A place in a text where a character begins, or its end.
bool is_border(std::string_view text, std::int64_t at) {
  if (at < 0 || at > std::ssize(text)) return false;
  return at == std::ssize(text) || begins_character(text[static_cast<std::size_t>(at)]);
}

bool has_length_one(std::string_view vector) {
  double squares = 0;
  for (std::size_t i = 0; i + 1 < vector.size(); i += 2) {
    std::uint16_t half = 0;
    std::memcpy(&half, vector.data() + i, sizeof half);
    const double value = f16_to_float(half);
    squares += value * value;
  }
  return std::abs(std::sqrt(squares) - 1) < kLengthTolerance;
}

// Tables and their columns in the order of names: migrations add columns at the end.
std::string schema_of(Database& database) {
  Statement rows(
      database,
      "SELECT group_concat(line, char(10)) FROM (SELECT m.type || ' ' || m.name || ' ' || ifnull(c.name, '') || "
      "' ' || ifnull(c.type, '') || ' ' || ifnull(c.pk, '') || ' ' || ifnull(c.\"notnull\", '') AS line FROM "
      "sqlite_master m LEFT JOIN pragma_table_xinfo(m.name) c ORDER BY line)");
  return rows.step() ? std::string(rows.text(0)) : "";
}

class Verifier {
 public:
  Verifier(Database& database, const ProgressCallback& progress) : database_(database), progress_(progress) {}

  LibraryCheck run() {
    check_structure();
    if (out_.sound()) migrate(database_);
    has_seals_ = database_.pragma("user_version") == kSchemaVersion;
    if (structure_is_damaged_ && has_seals_) look_without_indexes();
    check_folders();
    check_documents();
    if (has_seals_ && !structure_is_damaged_) check_index();
    repair();
    return std::move(out_);
  }

 private:
  // Each once: what is wrong with one passage is often wrong with its neighbours.
  void add(const std::string& part, const std::string& file, const std::string& what) {
    ++found_;
    const auto same = [&](const LibraryDamage& d) { return d.part == part && d.file == file && d.what == what; };
    if (std::ranges::none_of(out_.damages, same)) out_.damages.push_back({part, file, what});
  }

  // Runs a check; where it meets damage that SQLite itself notices, that is what it finds.
  template <typename Check>
  bool guarded(const std::string& part, const std::string& file, Check check) {
    const std::size_t before = found_;
    try {
      check();
    } catch (const Error& error) {
      if (!means_damage(error)) throw;
      add(part, file, "cannot be read: its pages in the library are damaged");
    }
    return found_ == before;
  }

  void check_structure() {
    guarded("file", "", [&] {
      Statement check(database_, "PRAGMA integrity_check(20)");
      while (check.step()) {
        if (check.text(0) != "ok") add("file", "", "SQLite finds: " + to_valid_utf8(check.text(0)));
      }
    });
    guarded("file", "", [&] {
      Statement check(database_, "PRAGMA foreign_key_check");
      while (check.step()) {
        add("file", "",
            "a row of \"" + to_valid_utf8(check.text(0)) + "\" belongs to a document or recipe that is gone");
      }
    });
    guarded("file", "", [&] {
      Database model(":memory:");
      model.execute(kSchema);
      const bool old = database_.pragma("user_version") < kSchemaVersion;
      if (!old && schema_of(database_) != schema_of(model)) add("file", "", "its tables are not those of a library");
    });
    structure_is_damaged_ = !out_.sound();
  }

  // Damage of an index is not that of a document: those are looked for in a copy of the tables.
  void look_without_indexes() {
    mending_.emplace(database_);
    subject_ = &mending_->copy();
  }

  void check_folders() {
    if (!has_seals_) return;
    guarded("folder", "", [&] {
      broken_folders_ = broken_folders(*subject_);
      for (const std::string& folder : broken_folders_) {
        add("folder", folder, "this is not the name of what was indexed: index that folder again");
      }
    });
  }

  void check_documents() {
    const auto documents = find_documents(*subject_);
    out_.documents = std::ssize(documents);
    std::int64_t done = 0;
    for (const std::int64_t id : documents) {
      if (progress_) progress_({"verify", "documents", done++, out_.documents, ""});
      std::string path;
      const bool whole = guarded("document", "", [&] { path = path_of(id); }) &&
                         guarded("document", path, [&] { check_document(id, path); });
      whole ? void(++out_.readable) : damaged_.push_back(id);
    }
  }

  std::string path_of(std::int64_t id) {
    Statement row(*subject_, "SELECT path FROM documents WHERE id = ?");
    return row.bind(0, id).step() ? std::string(row.blob(0)) : "";
  }

  void check_document(std::int64_t id, const std::string& path) {
    Statement row(
        *subject_,
        "SELECT d.text, r.embedding_size FROM documents d LEFT JOIN recipes r ON r.id = d.recipe WHERE d.id = ?");
    if (!row.bind(0, id).step()) return add("document", path, "is lost: only parts of it are there");
    const std::string_view text = row.text(0);
    if (to_valid_utf8(text) != text) add("document", path, "its text is not UTF-8");
    const std::int64_t embedding_size = row.integer(1);
    check_spans(id, path, text);
    check_chunks(id, path, text, embedding_size);
    if (has_seals_) check_seal(id, path);
  }

  void check_seal(std::int64_t id, const std::string& path) {
    const auto stored = stored_seal(*subject_, id);
    if (!stored) return add("document", path, "its checksums are missing");
    if (hash_content(*subject_, id) != stored->content) {
      add("document", path, "its text or what describes it is not what was stored");
    }
    if (hash_passages(*subject_, id) != stored->passages) {
      add("document", path, "its passages or their embeddings are not what was stored");
    }
    if (structure_is_damaged_) return;  // then every index is made anew
    try {
      words_are_damaged_ |= hash_words(*subject_, id) != stored->words;
    } catch (const Error& error) {
      if (!means_damage(error)) throw;
      words_are_damaged_ = true;  // the index's damage, not the document's
    }
  }

  void check_spans(std::int64_t id, const std::string& path, std::string_view text) {
    for (const char* table : {"headings", "pages"}) {
      Statement rows(*subject_, std::string("SELECT span_begin, span_end FROM ") + table + " WHERE document = ?");
      rows.bind(0, id);
      while (rows.step()) check_span(path, table, text, {rows.integer(0), rows.integer(1)});
    }
    if (has_seals_) check_times(id, path, text);
  }

  void check_times(std::int64_t id, const std::string& path, std::string_view text) {
    Statement rows(*subject_, "SELECT span_begin FROM times WHERE document = ?");
    rows.bind(0, id);
    while (rows.step()) check_span(path, "times", text, {rows.integer(0), rows.integer(0)});
  }

  void check_span(const std::string& path, const std::string& what, std::string_view text, Span span) {
    if (span.begin <= span.end && is_border(text, span.begin) && is_border(text, span.end)) return;
    add("document", path, "its " + what + " point past its text");
  }

  void check_chunks(std::int64_t id, const std::string& path, std::string_view text, std::int64_t embedding_size) {
    Statement rows(*subject_, "SELECT span_begin, span_end, embedding FROM chunks WHERE document = ?");
    rows.bind(0, id);
    while (rows.step()) {
      check_span(path, "passages", text, {rows.integer(0), rows.integer(1)});
      check_embeddings(path, rows.blob(2), static_cast<std::size_t>(std::max<std::int64_t>(embedding_size, 1)) * 2);
    }
  }

  // `size` is that of one in bytes.
  void check_embeddings(const std::string& path, std::string_view embeddings, std::size_t size) {
    if (embeddings.empty() || embeddings.size() % size != 0) {
      add("document", path,
          "its embeddings have " + std::to_string(embeddings.size()) + " bytes, no multiple of " +
              std::to_string(size));
      return;
    }
    for (; !embeddings.empty(); embeddings.remove_prefix(size)) {
      if (!has_length_one(embeddings.substr(0, size))) add("document", path, "an embedding is not of length 1");
    }
  }

  void check_index() {
    const auto damaged = [&](const char* what) {
      add("index", "", what);
      index_is_damaged_ = true;
    };
    Database index(database_.file(), Database::Mode::kExisting);  // a failed check keeps its connection busy
    try {
      index.execute("INSERT INTO chunk_words (chunk_words) VALUES ('integrity-check')");
      Statement extra(
          index,
          "SELECT (SELECT count(*) FROM chunk_words) = (SELECT count(*) FROM chunks) AND NOT EXISTS (SELECT 1 "
          "FROM chunks WHERE id NOT IN (SELECT rowid FROM chunk_words))");
      if (!extra.step() || extra.integer(0) == 0)
        damaged("the full-text index has other passages than the library");
      else if (words_are_damaged_)
        damaged("the full-text index has other words than were stored");
      Statement last(
          index,
          "SELECT (SELECT max(id) FROM chunks) > ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'chunks'), 0)");
      if (last.step() && last.integer(0) != 0) damaged("the number of the last passage is not what was stored");
    } catch (const Error& error) {
      if (!means_damage(error)) throw;
      damaged("the full-text index is damaged");
    }
  }

  void repair() {
    if (out_.sound()) return;
    out_.refused = structure_is_damaged_ && (!damaged_.empty() || !mending_ || !mending_->complete());
    if (out_.refused) return;
    if (structure_is_damaged_ || index_is_damaged_) {
      if (!mending_) mending_.emplace(database_);
      mending_->finish();
      out_.mended = true;
    }
    forget();
  }

  // The next `index` reads a document without a content hash again.
  void forget() {
    Transaction transaction(database_, Transaction::Kind::kWrite);
    Statement document(database_, "UPDATE documents SET content_hash = '' WHERE id = ?");
    for (const std::int64_t id : damaged_) document.bind(0, id).run();
    Statement folder(database_, "DELETE FROM folders WHERE path = ?");
    for (const std::string& path : broken_folders_) folder.bind_blob(0, path).run();
    transaction.commit();
  }

  Database& database_;
  Database* subject_ = &database_;  // where documents are looked at
  std::optional<Mending> mending_;
  const ProgressCallback& progress_;
  LibraryCheck out_;
  std::size_t found_ = 0;  // damages, with those found before
  bool has_seals_ = false;
  bool structure_is_damaged_ = false, index_is_damaged_ = false;
  std::vector<std::int64_t> damaged_;
  std::vector<std::string> broken_folders_;
  bool words_are_damaged_ = false;
};

}  // namespace
}  // namespace library

LibraryCheck verify_library(const std::filesystem::path& file, const ProgressCallback& progress) {
  library::check_exists(file);
  const library::WriterLock lock(file);
  Database database(file, Database::Mode::kExisting);
  library::check_is_library(database);
  return library::Verifier(database, progress).run();
}

}  // namespace lectern
