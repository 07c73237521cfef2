// One writer a library, across processes.
#pragma once

#include <filesystem>

namespace lectern::library {

/// Held until destroyed or the process ends. It is a lock on a file beside the library, which stays there, empty.
class WriterLock {
 public:
  /// Throws Error: kBusy (somebody holds it), kIo.
  explicit WriterLock(const std::filesystem::path& library);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace lectern::library
