// Makes what is derived anew.
#pragma once

#include <filesystem>
#include <optional>

#include "library/database.h"

namespace lectern::library {

/// The tables that are the truth, copied into a file beside the library without the help of any index: readable copies
/// of damaged files. The copy is gone with this object. The caller holds the WriterLock.
class Mending {
 public:
  /// Throws Error: kIo, kCorrupt or kInternal (more is damaged than indexes).
  explicit Mending(Database& library);
  ~Mending();
  Mending(const Mending&) = delete;
  Mending& operator=(const Mending&) = delete;

  Database& copy() { return *copy_; }

  /// Builds every index in the copy and puts that in the library's place in one transaction: whatever happens in
  /// between, the library is as it was, or whole. Readers are not disturbed. Throws Error kIo.
  void finish();

 private:
  void remove_copy() const;

  Database& library_;
  const std::filesystem::path file_;
  std::optional<Database> copy_;
};

}  // namespace lectern::library
