// Compiled engines of checkpoints, kept between runs.
//
// $XDG_CACHE_HOME/lectern/
//   engines/CONTENT-TARGET-PRECISION-VERSION.lectern   an engine; its time of change is when it was last asked for
//   checkpoints/FINGERPRINT                            the content hash of the checkpoint with that fingerprint
//
// CONTENT is the checkpoint's SHA-256. FINGERPRINT is a hash over device, inode, size and time of change of its files:
// a checkpoint that is as it was is not read again to be found.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace lectern::compiler {

class EngineCache {
 public:
  /// In `folder`, created where missing; `kept_bytes` of engines are kept.
  explicit EngineCache(std::filesystem::path folder, std::uint64_t kept_bytes = std::uint64_t{32} << 30);

  /// The engine named `key`, made by `make` where it is missing or damaged.
  std::filesystem::path find_or_make(const std::string& key,
                                     const std::function<void(const std::filesystem::path&)>& make) const;

  /// The content hash of `checkpoint`, remembered or computed by `hash`.
  std::string content_hash(const std::filesystem::path& checkpoint, const std::function<std::string()>& hash) const;

  /// Deletes the engines of `checkpoint`, and its remembered hash. Engines that another checkpoint asked for under the
  /// same content stay. Throws Error kNotFound, kIo.
  void forget(const std::filesystem::path& checkpoint) const;

 private:
  bool remembers(const std::string& content) const;
  void prune(const std::filesystem::path& newest) const;

  std::filesystem::path engines_;
  std::filesystem::path checkpoints_;
  std::uint64_t kept_bytes_;
};

/// A hash over device, inode, size and time of change of a GGUF file, or of every file of a Hugging Face folder.
/// Throws Error kNotFound, kIo.
std::string fingerprint(const std::filesystem::path& checkpoint);

}  // namespace lectern::compiler
