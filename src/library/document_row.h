// What a library knows of its documents, without their texts. The columns are those of every schema version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lectern/library_file.h"
#include "storage/database.h"

namespace lectern::library {

struct DocumentRow {
  LibraryDocument document;  // without its state
  std::string failure;
  int extractor = 0, chunker = 0;  // versions that made it
};

/// All, by path, or the one with that number.
class DocumentRows {
 public:
  explicit DocumentRows(Database& database);
  DocumentRows(Database& database, std::int64_t document);

  std::optional<DocumentRow> next();

 private:
  Statement rows_;
};

}  // namespace lectern::library
