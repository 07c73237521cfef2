// What a library holds, in SQL.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/library.h"
#include "library/chunker.h"
#include "library/document.h"
#include "storage/database.h"

namespace lectern::library {

/// What a document's rows were made with.
struct Recipe {
  int extractor = 0;
  int chunker = 0;
  std::string embedding_model;  // content hash
  int embedding_size = 0;

  bool operator==(const Recipe&) const = default;
  /// Whether the same text gives the same chunks and embeddings.
  bool makes_chunks_of(const Recipe& other) const {
    return chunker == other.chunker && embedding_model == other.embedding_model &&
           embedding_size == other.embedding_size;
  }
};

/// The type of a row that keeps its file out of the library.
inline constexpr std::string_view kExcludedType = "excluded";

/// A row of `documents` without its text.
struct StoredDocument {
  std::int64_t id = 0;
  std::string path;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::string content_hash;
  std::string type;
  std::string failure;
  Recipe recipe;

  bool failed() const { return !failure.empty(); }
  bool excluded() const { return type == kExcludedType; }
};

/// One connection; what it changes is inside a Transaction of the caller's.
class Store {
 public:
  /// Opens the library, making one where there is none; one of an earlier version becomes today's. Throws as
  /// create_or_migrate does.
  explicit Store(const std::filesystem::path& file);

  Database& database() { return database_; }

  std::vector<StoredDocument> documents();
  Document document(std::int64_t id);  // without word boxes

  void put_folder(std::string_view path);
  std::vector<std::string> folders();
  /// Its row and what it says of a playlist; the documents stay. Returns whether there was one.
  bool remove_folder(std::string_view path);

  /// Replaces what is stored at that path; its `id` is ignored, and the new one returned. put_chunks must follow.
  std::int64_t put_document(const StoredDocument& row, const Document& document);
  void put_failure(const StoredDocument& row);
  /// Replaces a document's chunks; `embeddings` are F16 [parts of all chunks, embedding_size].
  void put_chunks(std::int64_t document, const Recipe& recipe, const Document& text, const std::vector<Chunk>& chunks,
                  std::string_view embeddings);
  void move_document(std::int64_t id, const StoredDocument& to);
  /// The next `index` reads it whatever its file holds.
  void forget_content(std::int64_t id);
  void touch(std::int64_t id, std::int64_t size, std::int64_t modified_ns);
  void remove(std::int64_t id);

 private:
  std::int64_t recipe_id(const Recipe& recipe);
  std::int64_t insert_row(const StoredDocument& row, const Document* document);
  void remove_chunks(std::int64_t document);

  Database database_;
};

}  // namespace lectern::library
