// What rows hold, as hashes: SQLite itself would not notice a flipped bit in a text or an embedding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace lectern::library {

/// SHA-256 of all columns but row numbers: the same document has the same seal in another library. Columns that are
/// NULL do not count, so that a migration may add them.
struct Seal {
  std::string content;   // its row with its recipe, headings, pages, times
  std::string passages;  // its chunks with their embeddings
  std::string words;     // its rows of the full-text index

  bool operator==(const Seal&) const = default;
};

/// From the rows as they are now.
std::string hash_content(Database& database, std::int64_t document);
std::string hash_passages(Database& database, std::int64_t document);
std::string hash_words(Database& database, std::int64_t document);
Seal make_seal(Database& database, std::int64_t document);
/// As they were when they were written; nothing where the document has none.
std::optional<Seal> stored_seal(Database& database, std::int64_t document);
/// Whether its rows are readable and what they were when they were written, the derived ones apart. A library of a
/// version without seals can only be read.
bool is_whole(Database& database, std::int64_t document);
/// Seals the rows as they are now.
void put_seal(Database& database, std::int64_t document);

/// The same for a row of `folders` and what the playlist holds, where it is one.
void put_folder_seal(Database& database, std::string_view path);
/// The paths of rows that are not what they were when they were written.
std::vector<std::string> broken_folders(Database& database);

}  // namespace lectern::library
