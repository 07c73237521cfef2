// Makes what is derived anew.
#pragma once

#include <filesystem>
#include <optional>

#include "storage/database.h"

namespace lectern::library {

/// The tables that are the truth, as far as they can be read without the help of any index, copied into a file beside
/// the library. The copy is gone with this object. The caller holds the WriterLock; the library is of today's version.
class Mending {
 public:
  /// Throws Error kIo.
  explicit Mending(Database& library);
  ~Mending();
  Mending(const Mending&) = delete;
  Mending& operator=(const Mending&) = delete;

  Database& copy() { return *copy_; }
  bool complete() const { return complete_; }  // whether no table had damage

  /// Builds every index in the copy and puts that in the library's place in one transaction: whatever happens in
  /// between, the library is as it was, or whole. Readers are not disturbed. Throws Error kIo.
  void finish();

 private:
  void remove_copy() const;

  Database& library_;
  const std::filesystem::path file_;
  std::optional<Database> copy_;
  bool complete_ = false;
};

}  // namespace lectern::library
