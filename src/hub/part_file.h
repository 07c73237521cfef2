// A file that is not whole yet: what has come of it, and of which version of it that is.
//
// NAME.part holds the bytes, NAME.part.json the ETag that they came with and what the catalogue said of the whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "hub/catalogue.h"

namespace lectern::hub {

class PartFile {
 public:
  /// For `whole`, which will be that file; keeps what an earlier one left of it. Throws Error kIo.
  PartFile(std::filesystem::path whole, const ModelFile& file);
  ~PartFile();
  PartFile(const PartFile&) = delete;

  std::int64_t size() const { return size_; }
  const std::string& etag() const { return etag_; }  // empty: unknown
  const std::filesystem::path& path() const { return part_; }

  /// Forgets what there is; what comes next comes with `etag`. Throws Error kIo.
  void restart(const std::string& etag);
  /// Throws Error kIo, which says how much room there is where that is the cause.
  void append(std::string_view bytes);
  /// Syncs it and gives it its name. It cannot be used any more. Throws Error kIo.
  void finish();
  /// Deletes it.
  void discard();

 private:
  void recall();
  void remember() const;
  void close();
  [[noreturn]] void refuse(const std::string& what) const;

  std::filesystem::path whole_, part_, state_;
  const ModelFile file_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
  std::string etag_;
};

/// How much has come of a file, without touching it.
std::int64_t bytes_of_part(const std::filesystem::path& whole);

/// Makes what was renamed in a folder last. Throws Error kIo.
void sync_folder(const std::filesystem::path& folder);

}  // namespace lectern::hub
