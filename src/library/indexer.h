// Brings a library in step with folders.
#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lectern/engine.h"
#include "lectern/library.h"
#include "library/document_loader.h"
#include "library/store.h"
#include "library/youtube/video_reader.h"
#include "library/youtube/video_roots.h"
#include "library/youtube/yt_dlp.h"

namespace lectern::library {

/// For one call of `index`. Worker processes read the next documents while the engine embeds the current ones; each
/// document is committed as soon as its last chunk is embedded.
class Indexer {
 public:
  /// The caller holds the WriterLock.
  Indexer(Store& store, Engine& embedder, const Recipe& recipe, const IndexOptions& options);

  IndexReport run(std::span<const std::filesystem::path> roots);

 private:
  struct Pending {  // a document that waits for embeddings
    Loaded loaded;
    std::size_t begun = 0;   // chunks given to the engine
    std::string embeddings;  // F16, of those that came back
  };

  void plan(std::span<const std::filesystem::path> roots);
  void find_videos(std::span<const std::filesystem::path> roots, std::vector<std::filesystem::path>& folders);
  void plan_missing(const StoredDocument& row, bool gone);
  void plan_file(FoundFile file, const StoredDocument* known);
  void process();
  void take(Loaded loaded);
  void embed_batch();
  void commit(Pending& document);
  void remove_gone();
  void add_failure(const StoredDocument& row);
  void progress(std::string_view stage, std::string_view detail);
  bool stopped() const { return options_.stop.stop_requested() || paused(); }
  bool paused() const { return options_.pause && report_.indexed > 0 && options_.pause(); }

  Store& store_;
  Engine& embedder_;
  const Recipe recipe_;
  const IndexOptions& options_;

  VideoRoots videos_;
  std::optional<YtDlp> yt_dlp_;  // where there are any
  std::vector<Job> jobs_;
  std::vector<StoredDocument> gone_;
  std::set<std::int64_t> moved_;
  std::deque<Pending> pending_;
  std::int64_t waiting_tokens_ = 0;                      // of pending chunks not yet given to the engine
  std::int64_t embedded_ = 0, to_embed_ = 0, read_ = 0;  // word pieces, word pieces, documents
  IndexReport report_;
};

}  // namespace lectern::library
