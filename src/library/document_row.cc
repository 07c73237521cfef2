#include "library/document_row.h"

#include "core/paths.h"

namespace lectern::library {
namespace {

constexpr const char* kColumns =
    "SELECT d.path, d.type, d.title, d.size, d.modified_ns, d.content_hash, d.failure, r.extractor, r.chunker, "
    "(SELECT count(*) FROM chunks c WHERE c.document = d.id) "
    "FROM documents d LEFT JOIN recipes r ON r.id = d.recipe ";

}  // namespace

DocumentRows::DocumentRows(Database& database) : rows_(database, std::string(kColumns) + "ORDER BY d.path") {}

DocumentRows::DocumentRows(Database& database, std::int64_t document)
    : rows_(database, std::string(kColumns) + "WHERE d.id = ?") {
  rows_.bind(0, document);
}

std::optional<DocumentRow> DocumentRows::next() {
  if (!rows_.step()) return std::nullopt;
  DocumentRow out;
  out.document.file = rows_.blob(0);
  out.document.type = rows_.text(1);
  out.document.title = rows_.text(2);
  out.document.size = rows_.integer(3);
  out.document.modified_ns = rows_.integer(4);
  out.document.content_hash = rows_.text(5);
  out.failure = rows_.text(6);
  out.extractor = static_cast<int>(rows_.integer(7));
  out.chunker = static_cast<int>(rows_.integer(8));
  out.document.chunks = rows_.integer(9);
  return out;
}

}  // namespace lectern::library
