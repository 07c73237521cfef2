// One writer a library, across processes.
#pragma once

#include <filesystem>

#include "core/file_lock.h"

namespace lectern::library {

/// Held until destroyed or the process ends. It is a lock on a file beside the library, which stays there, empty.
class WriterLock : public FileLock {
 public:
  /// Throws Error: kBusy (somebody holds it), kIo.
  explicit WriterLock(const std::filesystem::path& library);
};

}  // namespace lectern::library
