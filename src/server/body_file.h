// A request's body on its way to the disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace lectern::server {

/// A hidden file in the folder that the body is for; it is deleted unless it is kept.
class BodyFile {
 public:
  /// Makes the folder where it is missing. Throws Error kIo, like the next ones.
  explicit BodyFile(const std::filesystem::path& folder);
  ~BodyFile();
  BodyFile(const BodyFile&) = delete;

  void write(std::span<const char> bytes);
  /// Gives it its name, in place of what had it.
  void keep(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;  // empty once it is kept
  int descriptor_ = -1;
};

/// Deletes those in a folder that a server left which was killed.
void remove_left_bodies(const std::filesystem::path& folder);

}  // namespace lectern::server
