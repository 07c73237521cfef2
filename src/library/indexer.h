// Brings a library in step with folders.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lectern/engine.h"
#include "lectern/library.h"
#include "library/document_loader.h"
#include "library/store.h"
#include "library/unfinished.h"
#include "library/youtube/video_reader.h"
#include "library/youtube/video_roots.h"
#include "library/youtube/yt_dlp.h"

namespace lectern::library {

/// For one call of `index`. Worker processes read the next documents while the engine embeds the current ones; each
/// document is committed as soon as its last chunk is embedded.
class Indexer {
 public:
  /// The caller holds the WriterLock. `unfinished` is what the call before was paused at, and afterwards what this one
  /// was.
  Indexer(Store& store, Engine& embedder, const Recipe& recipe, const IndexOptions& options, Unfinished& unfinished);

  IndexReport run(std::span<const std::filesystem::path> roots);

 private:
  void plan(std::span<const std::filesystem::path> roots);
  void find_videos(std::span<const std::filesystem::path> roots, std::vector<std::filesystem::path>& folders);
  void plan_missing(const StoredDocument& row, bool gone);
  void plan_file(FoundFile file, const StoredDocument* known);
  void process();
  void take(Pending next);
  void wait_for_embeddings(Pending document);
  std::map<std::size_t, std::optional<Pending>> take_unfinished();
  void put_off(std::vector<Pending> loaded, std::map<std::size_t, std::optional<Pending>>& begun);
  void embed_batch();
  void commit(Pending& document);
  void remove_gone();
  void add_failure(const StoredDocument& row);
  void progress(std::string_view stage, std::string_view detail);
  bool stopped() const { return options_.stop.stop_requested() || paused(); }
  bool paused() const { return options_.pause && advanced_ && options_.pause(); }

  Store& store_;
  Engine& embedder_;
  const Recipe recipe_;
  const IndexOptions& options_;
  Unfinished& unfinished_;
  const std::int64_t batch_tokens_;  // in one call of the engine

  VideoRoots videos_;
  std::optional<YtDlp> yt_dlp_;  // where there are any
  std::vector<Job> jobs_;
  std::vector<StoredDocument> gone_;
  std::set<std::int64_t> moved_;
  std::deque<Pending> pending_;
  std::int64_t waiting_tokens_ = 0;                      // of pending chunks not yet given to the engine
  std::int64_t embedded_ = 0, to_embed_ = 0, read_ = 0;  // word pieces, word pieces, documents
  bool advanced_ = false;                                // did something that need not be done again
  IndexReport report_;
};

}  // namespace lectern::library
