// From a file to chunks that wait for their embeddings.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "library/chunker.h"
#include "library/document.h"
#include "library/extractor.h"
#include "library/store.h"
#include "library/walk.h"
#include "library/youtube/video_reader.h"

namespace lectern::library {

/// What `index` has to do about one document.
struct Job {
  FoundFile file;
  std::optional<StoredDocument> known;  // what the library holds at that path
  bool stored_text = false;             // only its chunks are out of date: cut them anew from the text in the library
};

struct Loaded {
  enum class Kind {
    kUnchanged,  // the same content, with another time stamp
    kMoved,      // the content of `moved_from`, which is no longer where it was
    kFailed,     // `row.failure` says why
    kDocument,   // new text and chunks
    kChunks,     // new chunks of the text in the library
  };
  Kind kind = Kind::kFailed;
  std::size_t job = 0;
  StoredDocument row;
  StoredDocument moved_from;
  Document document;
  std::vector<Chunk> chunks;
  bool keeps_known = false;  // kFailed, but what the library holds is still good
  bool unsettled = false;    // the same, for now
};

struct LoadTimes {
  double extract_s = 0, chunk_s = 0;
};

/// Safe to use from several threads.
class DocumentLoader {
 public:
  struct Settings {
    Recipe recipe;
    ExtractLimits limits;
    std::int64_t max_file_bytes = 0;
    std::stop_token stop;
    const VideoReader* videos = nullptr;  // where there are any
    std::chrono::seconds settle{0};       // IndexOptions::settle
  };

  /// `store` is its own connection. `gone` are documents that left their place: the same content elsewhere is theirs.
  DocumentLoader(Store& store, const Chunker& chunker, Settings settings, std::vector<StoredDocument> gone);

  Loaded load(const Job& job);
  LoadTimes times() const;

 private:
  void load_file(const Job& job, Loaded& out);
  void load_video(const Job& job, Loaded& out);
  bool is_fresh(const StoredDocument& row) const;
  void read_document(int descriptor, const Job& job, Loaded& out);
  std::optional<StoredDocument> take_gone(const StoredDocument& row);
  void make_chunks(Loaded& out);

  Store& store_;
  const Chunker& chunker_;
  const Settings settings_;
  const Extractor extractor_;
  mutable std::mutex mutex_;                                   // of all below, and of store_
  std::unordered_multimap<std::string, StoredDocument> gone_;  // by content hash
  LoadTimes times_;
};

}  // namespace lectern::library
