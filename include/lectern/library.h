// Documents in, passages out.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/engine.h"
#include "lectern/progress.h"

namespace lectern {

/// Bytes [begin, end) of a text.
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// A text's moment in the recording that it was taken from.
struct TimeMark {
  std::int64_t span_begin = 0;    // the byte from which on it holds
  std::int64_t milliseconds = 0;  // since the recording's beginning
};

/// Where a page begins in a text.
struct PageMark {
  std::int64_t span_begin = 0;
  int page = 0;  // physical, from 1
};

struct Passage {
  std::int64_t chunk = 0;   // its row in the library
  std::string file;         // absolute path, or a video's address
  std::optional<int> page;  // physical page on which it begins, from 1
  std::string heading;      // headings above it, "Chapter › Section"; may be empty
  Span span;                // in the document's extracted text
  double score = 0;         // higher is better
  double similarity = 0;    // cosine of question and passage
  std::string text;
  std::optional<std::int64_t> time_ms;  // of a recording: when its first words are said
  std::string url;                      // of a video: a link to that moment
  std::vector<TimeMark> times;          // of a recording: when its parts are said, in their order
  std::vector<PageMark> pages;          // those that it stands on, in their order
};

struct IndexFailure {
  std::string file;
  std::string reason;
};

struct IndexReport {
  std::int64_t indexed = 0, unchanged = 0, removed = 0, failed = 0;  // documents
  std::int64_t chunks = 0, word_pieces = 0;                          // of those indexed now
  double seconds = 0;
  double extract_s = 0, chunk_s = 0, embed_s = 0, store_s = 0;  // they overlap: their sum may exceed `seconds`
  std::int64_t unsettled = 0;  // documents of which the library holds an earlier state (IndexOptions::settle)
  std::vector<IndexFailure> failures;
  bool cancelled = false;
};

struct IndexOptions {
  std::int64_t max_file_bytes = std::int64_t{256} << 20;  // larger files are listed as failures
  double extract_seconds = 60;                            // of processor time, a document
  double scan_seconds = 1800;                             // the same of a scanned one, which tesseract reads
  std::int64_t extract_bytes = std::int64_t{2} << 30;     // of memory, the worker process
  std::string language;  // of videos' captions: codes as "de", best first, separated by commas; empty: the video's own
  ProgressCallback progress;
  std::stop_token stop;  // documents committed so far stay
  /// Asked while it goes on, once it has got on at all; true ends it as `stop` does, but that documents that went away
  /// are removed, and that the next call goes on in the middle of a long one.
  std::function<bool()> pause;
  /// A document that fails so soon after it was changed may be half written: what the library holds of it stays until
  /// a later call.
  std::chrono::seconds settle{0};
  bool newest_first = false;  // documents changed last are read first; else they are read by path
};

struct LibraryStatistics {
  std::int64_t documents = 0, chunks = 0, failed = 0;
  std::vector<std::string> folders;
};

/// One SQLite file. Readers never wait for the writer; one writer at a time across processes (kBusy).
class Library {
 public:
  virtual ~Library() = default;

  /// Brings the library in step with `folders` (or files), recursively: new and changed documents are read, those that
  /// went away are removed. Each document is one transaction. Folders indexed earlier and not named stay as they are.
  /// Addresses of YouTube's videos and playlists may stand among them (through the program yt-dlp): a playlist is kept
  /// in step as a folder is, and a video that the library holds is not fetched again. Throws Error: kBusy, kIo,
  /// kInvalidArgument (an address of something else), kNotFound (no yt-dlp).
  virtual IndexReport index(std::span<const std::filesystem::path> folders, const IndexOptions& options = {}) = 0;

  /// The best `top_k` passages, best first: dense and full-text scores fused.
  virtual std::vector<Passage> search(std::string_view question, int top_k) const = 0;

  /// How near each of `others` is to `text` in meaning, by the library's embedding model: cosines.
  virtual std::vector<double> similarities(std::string_view text, std::span<const std::string> others) const = 0;

  virtual LibraryStatistics statistics() const = 0;
  /// Files that could not be read at the last `index`.
  virtual std::vector<IndexFailure> failures() const = 0;
};

/// Opens the library at `file`, creating it where missing. `embedder` must outlive it; a library made with another
/// embedding model is embedded anew by the next `index`.
/// Throws Error: kVersion (written by a newer Lectern), kCorrupt, kIo, kInvalidArgument (not an encoder).
std::unique_ptr<Library> open_library(const std::filesystem::path& file, Engine& embedder);

/// $XDG_DATA_HOME/lectern/NAME.db
std::filesystem::path library_path(std::string_view name);

}  // namespace lectern
