#include "library/existing.h"

#include <set>

#include "core/paths.h"

namespace lectern::library {
namespace {

// Goes on to the next way of finding them where this one meets damage.
void collect(Database& database, const char* sql, std::set<std::int64_t>& out) {
  try {
    Statement rows(database, sql);
    while (rows.step()) out.insert(rows.integer(0));
  } catch (const Error& error) {
    if (!means_damage(error)) throw;
  }
}

}  // namespace

bool means_damage(const Error& error) {
  return error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kInternal;
}

void check_exists(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    throw Error(ErrorCode::kNotFound,
                "There is no library " + quoted(file) + ". `lectern library list` tells which there are.");
  }
}

std::vector<std::int64_t> find_documents(Database& database) {
  std::set<std::int64_t> found;
  for (const char* sql :
       {"SELECT id FROM documents NOT INDEXED ORDER BY id", "SELECT id FROM documents NOT INDEXED ORDER BY id DESC",
        "SELECT id FROM documents INDEXED BY documents_by_content ORDER BY content_hash",
        "SELECT document FROM chunks INDEXED BY chunks_of_document ORDER BY document",
        "SELECT document FROM seals ORDER BY document"}) {
    collect(database, sql, found);
  }
  return {found.begin(), found.end()};
}

}  // namespace lectern::library
