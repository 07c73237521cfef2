#include "library/seal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <string_view>

#include "core/hash.h"
#include "lectern/error.h"
#include "library/existing.h"

namespace lectern::library {
namespace {

constexpr std::int64_t kFirstSealedVersion = 2;
constexpr std::string_view kUnsealed[] = {"id", "document", "recipe", "seal"};

constexpr const char* kRow =
    "SELECT d.*, r.extractor, r.chunker, r.embedding_model, r.embedding_size "
    "FROM documents d LEFT JOIN recipes r ON r.id = d.recipe WHERE d.id = ?";
constexpr const char* kHeadings = "SELECT * FROM headings WHERE document = ? ORDER BY span_begin";
constexpr const char* kPages = "SELECT * FROM pages WHERE document = ? ORDER BY number";
constexpr const char* kTimes = "SELECT * FROM times WHERE document = ? ORDER BY span_begin";
constexpr const char* kChunks = "SELECT * FROM chunks WHERE document = ? ORDER BY id";
constexpr const char* kWords =
    "SELECT w.* FROM chunks c JOIN chunk_words w ON w.rowid = c.id WHERE c.document = ? ORDER BY c.id";

class RowHash {
 public:
  // Lengths go before what they measure: no two different rows give the same bytes.
  void add_rows(Database& database, const char* sql, std::int64_t document) {
    Statement rows(database, sql);
    rows.bind(0, document);
    std::int64_t count = 0;
    for (; rows.step(); ++count) add_row(rows);
    add(count);
  }
  void add_row(const Statement& row) {
    for (int i = 0; i < row.columns(); ++i) {
      const std::string_view name = row.name(i);
      if (row.is_null(i) || std::ranges::find(kUnsealed, name) != std::end(kUnsealed)) continue;
      add(name);
      switch (row.type(i)) {
        case Statement::Type::kInteger:
          add(std::string_view("i"));
          add(row.integer(i));
          break;
        case Statement::Type::kReal:
          add(std::string_view("r"));
          add(std::bit_cast<std::int64_t>(row.real(i)));
          break;
        case Statement::Type::kText:
          add(std::string_view("t"));
          add(row.text(i));
          break;
        default:
          add(std::string_view("b"));
          add(row.blob(i));
      }
    }
    add(std::string_view());
  }
  std::string digest() { return hash_.digest(); }

 private:
  void add(std::int64_t value) {
    const auto bytes = std::bit_cast<std::array<std::byte, sizeof value>>(value);
    hash_.add(bytes);
  }
  void add(std::string_view bytes) {
    add(static_cast<std::int64_t>(bytes.size()));
    hash_.add(std::as_bytes(std::span(bytes)));
  }

  Sha256 hash_;
};

std::string hash_rows(Database& database, std::initializer_list<const char*> queries, std::int64_t document) {
  RowHash hash;
  for (const char* sql : queries) hash.add_rows(database, sql, document);
  return hash.digest();
}

std::string hash_folder(Database& database, std::string_view path) {
  RowHash hash;
  Statement row(database, "SELECT * FROM folders WHERE path = ?");
  if (row.bind_blob(0, path).step()) hash.add_row(row);
  Statement videos(database, "SELECT * FROM playlist_videos WHERE playlist = ? ORDER BY video");
  videos.bind_blob(0, path);
  while (videos.step()) hash.add_row(videos);
  return hash.digest();
}

}  // namespace

std::string hash_content(Database& database, std::int64_t document) {
  Statement table(database, "SELECT 1 FROM sqlite_master WHERE name = 'times'");
  if (!table.step()) return hash_rows(database, {kRow, kHeadings, kPages}, document);  // version 1, which has no seals
  return hash_rows(database, {kRow, kHeadings, kPages, kTimes}, document);
}

std::string hash_passages(Database& database, std::int64_t document) {
  return hash_rows(database, {kChunks}, document);
}

std::string hash_words(Database& database, std::int64_t document) { return hash_rows(database, {kWords}, document); }

Seal make_seal(Database& database, std::int64_t document) {
  return {hash_content(database, document), hash_passages(database, document), hash_words(database, document)};
}

std::optional<Seal> stored_seal(Database& database, std::int64_t document) {
  Statement row(database, "SELECT content, passages, words FROM seals WHERE document = ?");
  if (!row.bind(0, document).step()) return std::nullopt;
  return Seal{std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))};
}

bool is_whole(Database& database, std::int64_t document) {
  try {
    const std::string content = hash_content(database, document), passages = hash_passages(database, document);
    if (database.pragma("user_version") < kFirstSealedVersion) return true;
    const auto seal = stored_seal(database, document);
    return seal && seal->content == content && seal->passages == passages;
  } catch (const Error& error) {
    if (!means_damage(error)) throw;
    return false;
  }
}

void put_seal(Database& database, std::int64_t document) {
  const Seal seal = make_seal(database, document);
  Statement put(database, "INSERT OR REPLACE INTO seals (document, content, passages, words) VALUES (?, ?, ?, ?)");
  put.bind(0, document).bind_text(1, seal.content).bind_text(2, seal.passages).bind_text(3, seal.words).run();
}

void put_folder_seal(Database& database, std::string_view path) {
  const std::string seal = hash_folder(database, path);
  Statement put(database, "UPDATE folders SET seal = ? WHERE path = ?");
  put.bind_text(0, seal).bind_blob(1, path).run();
}

std::vector<std::string> broken_folders(Database& database) {
  std::vector<std::string> out;
  Statement rows(database, "SELECT path, seal FROM folders ORDER BY path");
  while (rows.step()) {
    if (rows.text(1) != hash_folder(database, rows.blob(0))) out.emplace_back(rows.blob(0));
  }
  return out;
}

}  // namespace lectern::library
