#include "library/youtube/video_reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/paths.h"
#include "lectern/error.h"
#include "library/youtube/language.h"
#include "library/youtube/parts.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 20;  // of a description, of captions

// For one video; gone with it.
class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lectern-video-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) {
      throw Error(ErrorCode::kIo, "A temporary folder " + quoted(std::filesystem::path(name)) + " cannot be made: " +
                                      std::strerror(errno) + ". Make room on its disk, or name another in TMPDIR.");
    }
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// False where there is no such file, or one that is too large.
bool read_file(const std::filesystem::path& file, std::string& out) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return false;
  char buffer[65536];
  ssize_t got = 0;
  while (out.size() <= kMostBytes && (got = ::read(descriptor, buffer, sizeof buffer)) > 0) {
    out.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  return got == 0 && !out.empty();
}

// Bytes as a file without a name, for the worker's standard input.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("video", MFD_CLOEXEC)) {
    while (descriptor_ >= 0 && !bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (descriptor_ < 0 || !bytes.empty() || ::lseek(descriptor_, 0, SEEK_SET) != 0) {
      const int error = errno;
      if (descriptor_ >= 0) ::close(descriptor_);
      throw Error(ErrorCode::kIo, std::string("A file in memory cannot be made: ") + std::strerror(error) + ".");
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// The captions that yt-dlp wrote, and "json3" or another ending of their file.
bool read_captions(const std::filesystem::path& folder, std::string& format, std::string& bytes) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const auto& file = entry.path();
    if (!file.filename().native().starts_with("captions.") || !file.has_extension()) continue;
    format = file.extension().native().substr(1);
    return read_file(file, bytes);
  }
  return false;
}

Extraction failure(std::string why) {
  Extraction out;
  out.failure = std::move(why);
  return out;
}

}  // namespace

std::string video_type(const std::string& languages) {
  return std::string(kVideoType) + (languages.empty() ? "" : "/" + languages);
}

Extraction VideoReader::read(const std::string& url, const std::string& type, const ExtractLimits& limits,
                             const std::stop_token& stop) const {
  const std::string languages = type.substr(std::min(kVideoType.size() + 1, type.size()));
  const WorkFolder folder;
  const auto extract = [&](const std::string& bytes, const std::string& reader) {
    return extractor_.extract(MemoryFile(bytes).get(), reader, limits, stop);
  };
  const Description described = yt_dlp_.describe(url, !languages.empty(), folder.path(), stop);
  if (!described.failure.empty()) return failure(described.failure);
  std::string description;
  if (!read_file(folder.path() / "video.info.json", description)) {
    return failure("could not be fetched: yt-dlp wrote no description, or one that is too long");
  }
  Extraction chosen = extract(join_parts({languages, description}), "youtube-captions");
  if (!chosen.failure.empty()) {
    return failure(chosen.failure + (described.warning.empty() ? "" : "; yt-dlp says: " + described.warning));
  }
  // "people de" or "automatic en-orig": the worker vouches for nothing, yt-dlp takes this for a regular expression.
  const std::string& choice = chosen.document.text;
  const std::size_t space = choice.find(' ');
  const std::string language = space == std::string::npos ? "" : choice.substr(space + 1);
  if (!is_language(language)) return failure("has captions in no known language");
  const bool automatic = choice.starts_with("automatic");
  if (auto why = yt_dlp_.fetch_captions(language, automatic, folder.path(), stop); !why.empty()) return failure(why);
  std::string format, captions;
  if (!read_captions(folder.path(), format, captions)) {
    return failure("could not be fetched: yt-dlp wrote no captions, or too many");
  }
  return extract(join_parts({automatic ? "automatic" : "people", format, description, captions}), "youtube");
}

}  // namespace lectern::library
