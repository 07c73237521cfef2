// The file that chats are kept in: made where there is none, refused where it is another's.
#pragma once

#include <filesystem>

#include "storage/database.h"

namespace lectern::server {

class ChatDatabase {
 public:
  /// Throws Error: kCorrupt (damaged, or another program's), kVersion (a newer Lectern's), kBusy, kIo.
  explicit ChatDatabase(const std::filesystem::path& file);

  Database& operator*() { return database_; }

 private:
  Database database_;
};

}  // namespace lectern::server
