#include "lectern/library.h"

#include "core/paths.h"
#include "library/indexer.h"
#include "library/retriever.h"
#include "library/store.h"
#include "library/writer_lock.h"

namespace lectern {
namespace library {
namespace {

class SqliteLibrary final : public Library {
 public:
  SqliteLibrary(const std::filesystem::path& file, Engine& embedder)
      : file_(std::filesystem::absolute(file)), embedder_(embedder), store_(file_), retriever_(store_, embedder) {}

  IndexReport index(std::span<const std::filesystem::path> folders, const IndexOptions& options) override {
    const WriterLock lock(file_);
    Store writer(file_);
    const ModelInfo& model = embedder_.info();
    const Recipe recipe{kExtractorVersion, kChunkerVersion, model.content_hash, model.embedding_size};
    return Indexer(writer, embedder_, recipe, options, unfinished_).run(folders);
  }

  std::vector<Passage> search(std::string_view question, int top_k) const override {
    return retriever_.search(question, top_k);
  }

  std::vector<double> similarities(std::string_view text, std::span<const std::string> others) const override {
    return retriever_.similarities(text, others);
  }

  LibraryStatistics statistics() const override {
    Store reader(file_);
    const auto count = [&](const char* sql) {
      Statement statement(reader.database(), sql);
      return statement.step() ? statement.integer(0) : 0;
    };
    LibraryStatistics out;
    out.documents = count("SELECT count(*) FROM documents WHERE failure IS NULL");
    out.failed = count("SELECT count(*) FROM documents WHERE failure IS NOT NULL AND type <> 'excluded'");
    out.chunks = count("SELECT count(*) FROM chunks");
    for (const std::string& folder : reader.folders()) out.folders.push_back(folder);
    return out;
  }

  std::vector<IndexFailure> failures() const override {
    Store reader(file_);
    Statement rows(
        reader.database(),
        "SELECT path, failure FROM documents WHERE failure IS NOT NULL AND type <> 'excluded' ORDER BY path");
    std::vector<IndexFailure> out;
    while (rows.step()) out.push_back({to_valid_utf8(rows.blob(0)), std::string(rows.text(1))});
    return out;
  }

 private:
  const std::filesystem::path file_;
  Engine& embedder_;
  Store store_;  // the retriever's
  mutable Retriever retriever_;
  Unfinished unfinished_;  // of whoever holds the WriterLock
};

}  // namespace
}  // namespace library

std::unique_ptr<Library> open_library(const std::filesystem::path& file, Engine& embedder) {
  const ModelInfo& model = embedder.info();
  if (model.generates || model.embedding_size <= 0) {
    throw Error(ErrorCode::kInvalidArgument,
                "The model \"" + model.name + "\" makes no embeddings: give a library an encoder, such as MiniLM.");
  }
  return std::make_unique<library::SqliteLibrary>(file, embedder);
}

std::filesystem::path library_path(std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos || name == "." || name == "..") {
    throw Error(ErrorCode::kInvalidArgument, "\"" + to_valid_utf8(name) +
                                                 "\" is no name for a library: use letters and digits, or give a path "
                                                 "to a file.");
  }
  return data_directory() / (std::string(name) + ".db");
}

}  // namespace lectern
