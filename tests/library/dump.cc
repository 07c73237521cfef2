#include "library/dump.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace lectern::test {
namespace {

constexpr std::array<std::string_view, 4> kRowNumbers = {"id", "document", "recipe", "rowid"};

void add_value(std::string& out, const Statement& row, int column) {
  switch (row.type(column)) {
    case Statement::Type::kNull:
      out += "null";
      break;
    case Statement::Type::kInteger:
      out += std::to_string(row.integer(column));
      break;
    case Statement::Type::kReal:
      out += std::to_string(row.real(column));
      break;
    case Statement::Type::kText:
      out += '\'' + std::string(row.text(column)) + '\'';
      break;
    case Statement::Type::kBlob:
      for (const char byte : row.blob(column)) {
        constexpr char kDigits[] = "0123456789abcdef";
        out += kDigits[static_cast<unsigned char>(byte) >> 4];
        out += kDigits[static_cast<unsigned char>(byte) & 15];
      }
  }
}

void add_rows(std::string& out, Database& database, std::string_view table, const std::string& sql,
              std::int64_t document = 0) {
  Statement rows(database, sql);
  if (document != 0) rows.bind(0, document);
  while (rows.step()) {
    out += table;
    for (int i = 0; i < rows.columns(); ++i) {
      if (std::find(kRowNumbers.begin(), kRowNumbers.end(), rows.name(i)) != kRowNumbers.end()) continue;
      out += ' ' + std::string(rows.name(i)) + '=';
      add_value(out, rows, i);
    }
    out += '\n';
  }
}

}  // namespace

std::string dump(const std::filesystem::path& library) {
  Database database(library);
  std::vector<std::int64_t> documents;
  {
    Statement rows(database, "SELECT id FROM documents ORDER BY path");
    while (rows.step()) documents.push_back(rows.integer(0));
  }
  std::string out;
  add_rows(out, database, "folder", "SELECT * FROM folders ORDER BY path");
  add_rows(out, database, "playlist", "SELECT * FROM playlist_videos ORDER BY playlist, video");
  add_rows(out, database, "video", "SELECT * FROM playlist_videos ORDER BY playlist, video");
  for (const std::int64_t id : documents) {
    add_rows(out, database, "document",
             "SELECT d.*, r.* FROM documents d JOIN recipes r ON r.id = d.recipe WHERE d.id = ?", id);
    add_rows(out, database, "seal", "SELECT * FROM seals WHERE document = ?", id);
    add_rows(out, database, "heading", "SELECT * FROM headings WHERE document = ? ORDER BY span_begin", id);
    add_rows(out, database, "page", "SELECT * FROM pages WHERE document = ? ORDER BY number", id);
    add_rows(out, database, "time", "SELECT * FROM times WHERE document = ? ORDER BY span_begin", id);
    add_rows(out, database, "time", "SELECT * FROM times WHERE document = ? ORDER BY span_begin", id);
    add_rows(out, database, "chunk",
             "SELECT c.*, w.* FROM chunks c JOIN chunk_words w ON w.rowid = c.id WHERE c.document = ? ORDER BY c.id",
             id);
  }
  add_rows(out, database, "words without a chunk",
           "SELECT rowid FROM chunk_words WHERE rowid NOT IN (SELECT id FROM chunks)");
  return out;
}

std::string difference(const std::string& one, const std::string& other) {
  if (one == other) return "";
  const auto at =
      static_cast<std::size_t>(std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
  const std::size_t begin = at < 200 ? 0 : at - 200;
  const auto around = [&](const std::string& text) { return text.substr(std::min(begin, text.size()), 400); };
  return "…" + around(one) + "… instead of …" + around(other) + "…";
}

}  // namespace lectern::test
