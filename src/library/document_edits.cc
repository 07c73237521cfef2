// Single documents of a library: taken out, kept out, to be read again.
#include <algorithm>
#include <functional>

#include "core/paths.h"
#include "lectern/error.h"
#include "lectern/library_file.h"
#include "library/existing.h"
#include "library/store.h"
#include "library/writer_lock.h"

namespace lectern {
namespace library {
namespace {

void edit(const std::filesystem::path& file, const std::string& document,
          const std::function<void(Store&, const StoredDocument&)>& change) {
  check_exists(file);
  const WriterLock lock(file);
  Store store(file);
  Transaction transaction(store.database(), Transaction::Kind::kWrite);
  const auto rows = store.documents();
  const auto row = std::ranges::find(rows, document, &StoredDocument::path);
  if (row == rows.end()) {
    throw Error(ErrorCode::kNotFound, "The library holds no document " + lectern::quoted(document) + ".");
  }
  change(store, *row);
  transaction.commit();
}

}  // namespace
}  // namespace library

void remove_document(const std::filesystem::path& file, const std::string& document) {
  library::edit(file, document, [](auto& store, const auto& row) { store.remove(row.id); });
}

void exclude_document(const std::filesystem::path& file, const std::string& document) {
  library::edit(file, document, [](auto& store, library::StoredDocument row) {
    row.type = library::kExcludedType;
    row.failure = "was taken out of the library";
    row.content_hash.clear();
    store.put_failure(row);
  });
}

void reread_document(const std::filesystem::path& file, const std::string& document) {
  library::edit(file, document, [](auto& store, const auto& row) {
    row.excluded() ? store.remove(row.id) : store.forget_content(row.id);
  });
}

}  // namespace lectern
