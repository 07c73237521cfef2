// Libraries as files: which there are, what they hold, whether they are whole. No model is needed for any of this.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/library.h"
#include "lectern/library_document.h"
#include "lectern/progress.h"

namespace lectern {

struct LibrarySummary {
  std::string name;  // of NAME.db in the data folder; else the path
  std::filesystem::path file;
  std::int64_t documents = 0, failed = 0, chunks = 0;
  std::int64_t bytes = 0;  // with the files beside it
  std::vector<std::string> folders;
  std::string problem;  // why it cannot be opened, a sentence; empty where it can
};

struct LibraryDocument {
  std::string file;              // absolute path
  std::string type, title;       // "pdf", …
  std::int64_t size = 0;         // bytes, when it was read
  std::int64_t modified_ns = 0;  // since 1970, when it was read
  std::string content_hash;      // SHA-256; empty where the next `index` reads it again whatever it holds
  std::int64_t chunks = 0;
  std::string state;   // "current", "changed", "gone", "outdated" (an earlier Lectern read it), "failed", "excluded"
  std::string reason;  // for any but "current"
};

struct LibraryDetails {
  LibrarySummary summary;
  int version = 0;                            // of its schema
  std::vector<std::string> embedding_models;  // content hashes
  std::vector<LibraryDocument> documents;     // by path
};

/// The libraries of the data folder, by name. One that cannot be opened is listed with its problem.
std::vector<LibrarySummary> list_libraries();
/// None of them changes anything. Throws Error: kNotFound, kCorrupt, kVersion, kIo.
LibrarySummary summarize_library(const std::filesystem::path& file);
LibraryDetails describe_library(const std::filesystem::path& file);

/// Notes a folder, a file or an address as the library's, for whoever keeps it in step; it is not read yet. Returns it
/// as the library names it. Throws Error as describe_library does; kNotFound where nothing is there; kInvalidArgument
/// for a relative path, a device, the system's own folders, an address of something else.
std::string add_folder(const std::filesystem::path& file, const std::filesystem::path& folder);
/// What the library holds through it, and through no other, leaves the library; nothing on disk is touched. Returns how
/// many documents those were. Throws Error as describe_library does; kNotFound where it is none of the library's;
/// kBusy.
std::int64_t remove_folder(const std::filesystem::path& file, const std::filesystem::path& folder);

struct LibraryDamage {
  std::string part;  // "file", "folder", "document", "index"
  std::string file;  // the document's or folder's path, where it is about one
  std::string what;  // a sentence
};

struct LibraryCheck {
  std::vector<LibraryDamage> damages;  // as found
  std::int64_t documents = 0;          // that it should hold
  std::int64_t readable = 0;           // of these, whole: they can be exported
  bool mended = false;                 // what is derived was made anew from the rest
  bool refused = false;                // more is damaged than can be made anew: see `readable`

  bool sound() const { return damages.empty(); }
};

/// Reads everything: SQLite's own checks, every document against its checksums, spans, embeddings, the full-text index.
/// What is derived and damaged is made anew; a damaged document is read again by the next `index`. Where documents are
/// lost with the file's structure, nothing is changed. Throws Error: kNotFound, kBusy (it is being indexed), kVersion,
/// kIo; kCorrupt where it is another program's file.
LibraryCheck verify_library(const std::filesystem::path& file, const ProgressCallback& progress = {});

struct ExportedDocument : DocumentText {
  struct Chunk {
    std::optional<int> page;
    std::string heading;
    Span span;
    int word_pieces = 0;
  };

  LibraryDocument document;
  std::vector<Chunk> chunks;
};

struct ExportReport {
  std::int64_t exported = 0;
  std::int64_t lost = 0;  // documents that are damaged
};

enum class Damaged { kRefuse, kSkip };

/// Gives each document to `take`, by path (damaged ones apart). Throws Error as describe_library does, kCorrupt for a
/// damaged document unless it is to be skipped, and what `take` throws.
ExportReport export_library(const std::filesystem::path& file, Damaged damaged,
                            const std::function<void(const ExportedDocument&)>& take);

/// Takes a document out of the library. If its file is still there, the next `index` of its folder reads it again.
/// Throws Error as describe_library does; kNotFound where the library holds none of that name; kBusy.
void remove_document(const std::filesystem::path& file, const std::string& document);
/// The same for good: it stays listed as "excluded", and is not read until reread_document.
void exclude_document(const std::filesystem::path& file, const std::string& document);
/// The next `index` of its folder reads it whatever it holds; until then the library keeps what it has of it. Throws as
/// remove_document does.
void reread_document(const std::filesystem::path& file, const std::string& document);

/// Deletes the library and the files beside it. Throws Error: kNotFound, kBusy (it is being indexed), kIo;
/// kInvalidArgument where the file is no library.
void remove_library(const std::filesystem::path& file);

}  // namespace lectern
