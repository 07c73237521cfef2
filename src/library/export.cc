// Documents out of a library, whole ones also out of a damaged one.
#include <algorithm>
#include <map>
#include <optional>

#include "core/paths.h"
#include "lectern/error.h"
#include "lectern/library_file.h"
#include "library/document_row.h"
#include "library/document_text.h"
#include "library/existing.h"
#include "library/mend.h"
#include "library/migration.h"
#include "library/seal.h"
#include "library/writer_lock.h"

namespace lectern {
namespace library {
namespace {

std::vector<ExportedDocument::Chunk> chunks(Database& database, std::int64_t document) {
  std::vector<ExportedDocument::Chunk> out;
  Statement rows(database,
                 "SELECT page, heading, span_begin, span_end, word_pieces FROM chunks WHERE document = ? ORDER BY id");
  rows.bind(0, document);
  while (rows.step()) {
    ExportedDocument::Chunk chunk;
    if (!rows.is_null(0)) chunk.page = static_cast<int>(rows.integer(0));
    chunk.heading = rows.text(1);
    chunk.span = {rows.integer(2), rows.integer(3)};
    chunk.word_pieces = static_cast<int>(rows.integer(4));
    out.push_back(std::move(chunk));
  }
  return out;
}

ExportedDocument read_document(Database& database, std::int64_t id, DocumentRow row) {
  ExportedDocument out{document_text(database, id), std::move(row.document), chunks(database, id)};
  out.document.state = row.failure.empty() ? "indexed" : "failed";
  out.document.reason = std::move(row.failure);
  return out;
}

class Exporter {
 public:
  Exporter(Database& database, const std::function<void(const ExportedDocument&)>& take)
      : database_(database), take_(take) {}

  ExportReport run(Damaged damaged) {
    for (const std::int64_t id : find_documents(database_)) add(id);
    if (report_.lost > 0 && damaged == Damaged::kRefuse) refuse();
    for (auto& [path, document] : found_) {
      if (!is_whole(database_, document.id)) {
        if (damaged == Damaged::kRefuse) refuse();
        ++report_.lost;
        continue;
      }
      take_(read_document(database_, document.id, std::move(document.row)));
      ++report_.exported;
    }
    return report_;
  }

 private:
  struct Found {
    std::int64_t id = 0;
    DocumentRow row;
  };

  void add(std::int64_t id) {
    try {
      DocumentRows rows(database_, id);
      auto row = rows.next();
      if (!row) {
        ++report_.lost;
        return;
      }
      std::string path = row->document.file;
      found_.emplace(std::move(path), Found{id, std::move(*row)});
    } catch (const Error& error) {
      if (!means_damage(error)) throw;
      ++report_.lost;
    }
  }

  [[noreturn]] void refuse() const {
    throw Error(ErrorCode::kCorrupt, "The library " + quoted(database_.file()) +
                                         " is damaged: `lectern library verify` says where, `lectern library export "
                                         "--salvage` writes the documents that are whole.");
  }

  Database& database_;
  const std::function<void(const ExportedDocument&)>& take_;
  std::multimap<std::string, Found> found_;  // by path
  ExportReport report_;
};

// From a copy of the tables, where that can be made: a damaged index then costs no document.
ExportReport salvage(Database& database, const std::function<void(const ExportedDocument&)>& take) {
  std::optional<WriterLock> lock;
  std::optional<Mending> mending;
  try {
    lock.emplace(database.file());
    if (database.pragma("user_version") == kSchemaVersion) mending.emplace(database);
  } catch (const Error&) {
    // Then what the library itself still gives.
  }
  return Exporter(mending ? mending->copy() : database, take).run(Damaged::kSkip);
}

}  // namespace
}  // namespace library

ExportReport export_library(const std::filesystem::path& file, Damaged damaged,
                            const std::function<void(const ExportedDocument&)>& take) {
  library::check_exists(file);
  Database database(file, Database::Mode::kExisting);
  library::check_is_library(database);
  if (damaged == Damaged::kSkip) return library::salvage(database, take);
  const Transaction snapshot(database, Transaction::Kind::kRead);
  return library::Exporter(database, take).run(damaged);
}

}  // namespace lectern
