#include "library/document_text.h"

#include "library/time_marks.h"

namespace lectern::library {
namespace {

std::vector<DocumentText::Part> parts(Database& database, const char* sql, std::int64_t document) {
  std::vector<DocumentText::Part> out;
  Statement rows(database, sql);
  rows.bind(0, document);
  while (rows.step()) out.push_back({static_cast<int>(rows.integer(0)), {rows.integer(1), rows.integer(2)}});
  return out;
}

}  // namespace

DocumentText document_text(Database& database, std::int64_t document) {
  DocumentText out;
  Statement text(database, "SELECT text FROM documents WHERE id = ?");
  if (text.bind(0, document).step()) out.text = text.text(0);
  out.headings = parts(
      database, "SELECT level, span_begin, span_end FROM headings WHERE document = ? ORDER BY span_begin", document);
  out.pages =
      parts(database, "SELECT number, span_begin, span_end FROM pages WHERE document = ? ORDER BY number", document);
  // A library of version 1 has no recordings.
  if (database.pragma("user_version") > 1) out.times = time_marks(database, document);
  return out;
}

}  // namespace lectern::library
