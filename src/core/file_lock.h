// One holder at a time, across processes.
#pragma once

#include <filesystem>
#include <string>

namespace lectern {

/// Held until destroyed or the process ends. It is a lock on a file of its own, which stays there, empty.
class FileLock {
 public:
  /// Throws Error: kBusy with the text `taken` where somebody else holds it, kIo.
  FileLock(const std::filesystem::path& file, const std::string& taken);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace lectern
