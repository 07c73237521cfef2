// A file's bytes, mapped read-only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace lectern {

/// Move-only. A file that another process cuts short while it is mapped raises SIGBUS on access: callers that cannot
/// trust the file read it instead.
class MappedFile {
 public:
  MappedFile() = default;
  /// Throws Error: kNotFound, kIo (unreadable, a folder, empty).
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lectern
