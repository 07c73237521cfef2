// Documents whose embedding was put off, so that what is urgent goes first: nothing of them is done twice.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "library/document_loader.h"

namespace lectern::library {

struct Pending {  // a document that waits for embeddings
  Loaded loaded;
  std::size_t begun = 0;        // chunks given to the engine
  std::string embeddings = {};  // F16, of those that came back
};

/// From one call of `index` to the next, by the same reader, chunker and encoder. Not synchronized.
class Unfinished {
 public:
  /// Keeps it where it has text or chunks: what else a job comes to is found again in no time.
  void put(Pending document) {
    const auto kind = document.loaded.kind;
    if (kind != Loaded::Kind::kDocument && kind != Loaded::Kind::kChunks) return;
    const std::string path = document.loaded.row.path;
    documents_.insert_or_assign(path, std::move(document));
  }

  /// What there is of the document that `job` would load, if the file and what the library holds are as they were.
  std::optional<Pending> take(const Job& job) {
    const auto at = documents_.find(job.stored_text ? job.known->path : job.file.path);
    if (at == documents_.end() || !fits(at->second.loaded, job)) return std::nullopt;
    return std::move(documents_.extract(at).mapped());
  }

 private:
  static bool fits(const Loaded& loaded, const Job& job) {
    const StoredDocument& row = loaded.row;
    if (job.stored_text) {
      return loaded.kind == Loaded::Kind::kChunks && row.id == job.known->id &&
             row.content_hash == job.known->content_hash;
    }
    return loaded.kind == Loaded::Kind::kDocument && row.size == job.file.size &&
           row.modified_ns == job.file.modified_ns && row.type == job.file.type && job.file.failure.empty();
  }

  std::map<std::string, Pending> documents_;  // by path
};

}  // namespace lectern::library
