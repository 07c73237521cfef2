// A document's text and its parts, in SQL.
#pragma once

#include <cstdint>

#include "lectern/library_document.h"
#include "storage/database.h"

namespace lectern::library {

/// Empty for a document that could not be read. Of every schema version.
DocumentText document_text(Database& database, std::int64_t document);

}  // namespace lectern::library
